using System.Diagnostics;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Copies;

/// <summary><c>bulkmover copy</c> as a user runs it: a process of its own, over HTTP.</summary>
/// <param name="name">What it is called in results.</param>
/// <param name="bulkmover">The built program.</param>
/// <param name="load">What is copied.</param>
/// <param name="options">Further ones.</param>
internal sealed class MoverCopy(string name, string bulkmover, Load load, params IReadOnlyList<string> options) : IContestant
{
    private static readonly TimeSpan PeakPollInterval = TimeSpan.FromMilliseconds(10);

    public string Name => name;

    public bool IsBaseline { get; init; }

    public string Command => $"bulkmover {string.Join(' ', Arguments($"{load.Source.Split(':')[0]}:…/{Path.GetFileName(load.Source)}", "HOST:PORT"))}";

    /// <summary>Where the source's store is found; null for where the environment says.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The table is made by the copy.</summary>
    public Task PrepareAsync(Engine server, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<(double CpuSeconds, long PeakBytes)> RunAsync(Engine server, CancellationToken cancellationToken)
    {
        double before = ProcFile.EndedChildrenCpuSeconds();
        var start = new ProcessStartInfo(bulkmover, Arguments(load.Source, $"127.0.0.1:{server.Port}"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Endpoint is not null)
            start.Environment[RemoteFiles.EndpointVariable] = Endpoint.ToString();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        long peak = await WatchPeakAsync(process, cancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"bulkmover ended with exit code {process.ExitCode}.\n{await output}{await errors}");
        return (ProcFile.EndedChildrenCpuSeconds() - before, peak);
    }

    /// <summary>The peak can only be read while the process lives, so what it reaches in its last milliseconds may be missed.</summary>
    private static async Task<long> WatchPeakAsync(Process process, CancellationToken cancellationToken)
    {
        long peak = 0;
        Task exit = process.WaitForExitAsync(cancellationToken);
        while (!exit.IsCompleted)
        {
            peak = ProcFile.PeakBytes(process.Id) ?? peak;
            await Task.WhenAny(exit, Task.Delay(PeakPollInterval, cancellationToken));
        }

        await exit;
        return peak;
    }

    private string[] Arguments(string source, string hostAndPort) =>
    [
        "copy", source, $"clickhouse://default@{hostAndPort}/default/{FreshServers.Table}",
        .. load.OrderBy is null ? (string[])[] : ["--order-by", load.OrderBy],
        .. load.Columns is null ? (string[])[] : ["--columns", load.Columns],
        .. options,
    ];
}
