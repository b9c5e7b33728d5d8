using BulkMover.Datasets.Engines;

namespace BulkMover.Throughput.Copies;

/// <summary>One way to get rows into <see cref="FreshServers.Table"/>.</summary>
internal interface IContestant
{
    string Name { get; }

    /// <summary>The others are held against it.</summary>
    bool IsBaseline { get; }

    /// <summary>What it runs, for people who want to run it too.</summary>
    string Command { get; }

    /// <summary>What happens before the clock starts.</summary>
    Task PrepareAsync(Engine server, CancellationToken cancellationToken);

    /// <summary>What is measured.</summary>
    /// <returns>CPU seconds and peak resident bytes of the process that copies; zeros when the server does it alone.</returns>
    Task<(double CpuSeconds, long PeakBytes)> RunAsync(Engine server, CancellationToken cancellationToken);
}
