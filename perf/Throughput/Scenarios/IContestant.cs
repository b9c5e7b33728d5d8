namespace BulkMover.Throughput.Scenarios;

/// <summary>One way to get the dataset into <see cref="TargetServer.Table"/>.</summary>
internal interface IContestant
{
    string Name { get; }

    /// <summary>What happens before the clock starts.</summary>
    Task PrepareAsync(TargetServer server, CancellationToken cancellationToken);

    /// <summary>What is measured.</summary>
    /// <returns>CPU seconds and peak resident bytes of the process that copies; zeros when the server does it alone.</returns>
    Task<(double CpuSeconds, long PeakBytes)> RunAsync(TargetServer server, CancellationToken cancellationToken);
}
