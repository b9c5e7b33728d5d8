using BulkMover.Datasets.Engines;

namespace BulkMover.Throughput.Scenarios;

/// <summary>The server reads the file from its own disk: no mover, no network, the engine's native Parquet reader.</summary>
/// <param name="file">The Parquet file's name in the server's current directory.</param>
internal sealed class ServerPull(string file) : IContestant
{
    public string Name => "server pulls";

    public string Command => $"INSERT INTO {FreshServers.Table} SELECT * FROM file('{file}')";

    public Task PrepareAsync(Engine server, CancellationToken cancellationToken) => server.RunAsync(
        $"CREATE TABLE {FreshServers.Table} ENGINE = MergeTree ORDER BY ({FreshServers.SortingKey}) EMPTY AS SELECT * FROM file('{file}')", cancellationToken);

    public async Task<(double CpuSeconds, long PeakBytes)> RunAsync(Engine server, CancellationToken cancellationToken)
    {
        await server.RunAsync(Command, cancellationToken);
        return (0, 0);
    }
}
