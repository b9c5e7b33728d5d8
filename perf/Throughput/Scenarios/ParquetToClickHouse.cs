namespace BulkMover.Throughput.Scenarios;

/// <summary>One Parquet file into a fresh MergeTree table: <c>bulkmover copy</c> against the server pulling the file itself.</summary>
internal static class ParquetToClickHouse
{
    public const string Name = "parquet-to-clickhouse";

    /// <inheritdoc cref="FreshServers.RunAsync"/>
    public static Task<string> RunAsync(string bulkmover, string file, int rounds, CancellationToken cancellationToken) =>
        new FreshServers([new MoverCopy("bulkmover copy", bulkmover, $"parquet:{file}"), new ServerPull(Path.GetFileName(file))], file, rounds).RunAsync(cancellationToken);
}
