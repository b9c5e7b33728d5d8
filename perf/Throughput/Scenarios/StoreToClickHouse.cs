using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Scenarios;

/// <summary>One Parquet file into a fresh MergeTree table, from S3, from S3 that is farther away, and from this disk.</summary>
internal static class StoreToClickHouse
{
    public const string Name = "store-to-clickhouse";

    /// <param name="bulkmover">The built command.</param>
    /// <param name="file">The Parquet file.</param>
    /// <param name="remote">Where it is put in S3.</param>
    /// <param name="rounds">Runs of each series.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <inheritdoc cref="FreshServers.RunAsync" path="/returns"/>
    public static async Task<string> RunAsync(string bulkmover, string file, RemoteFiles remote, int rounds, CancellationToken cancellationToken)
    {
        await remote.UploadAsync(file, Name, cancellationToken);
        string source = $"parquet+s3://{remote.Below(Name)}/{Path.GetFileName(file)}";
        await using DelayingProxy far = RemoteFiles.FarAway();
        MoverCopy[] contestants =
        [
            new MoverCopy($"from S3 with {RemoteFiles.Delay.TotalMilliseconds:F0} ms more a request", bulkmover, source) { Endpoint = far.Start() },
            new MoverCopy("from S3", bulkmover, source),
            new MoverCopy("from disk", bulkmover, $"parquet:{file}"),
        ];
        return await new FreshServers(contestants, file, rounds).RunAsync(cancellationToken);
    }
}
