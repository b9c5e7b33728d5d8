using BulkMover.Datasets.Engines;

namespace BulkMover.Throughput.Scenarios;

/// <summary>The server reads the file from its own disk: no mover, no network, the engine's native Parquet reader.</summary>
/// <param name="file">The Parquet file's name in the server's current directory.</param>
/// <param name="sortingKey">Columns of the target's sorting key, comma-separated.</param>
internal sealed class ServerPull(string file, string sortingKey) : IContestant
{
    public string Name => "server pulls";

    public string Command => $"INSERT INTO {ParquetToClickHouse.Table} SELECT * FROM file('{file}')";

    public Task PrepareAsync(Engine server, CancellationToken cancellationToken) => server.RunAsync(
        $"CREATE TABLE {ParquetToClickHouse.Table} ENGINE = MergeTree ORDER BY ({sortingKey}) EMPTY AS SELECT * FROM file('{file}')", cancellationToken);

    public async Task<(double CpuSeconds, long PeakBytes)> RunAsync(Engine server, CancellationToken cancellationToken)
    {
        await server.RunAsync(Command, cancellationToken);
        return (0, 0);
    }
}
