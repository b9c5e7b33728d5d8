using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Results;

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
    public static async Task<Run> RunAsync(string bulkmover, string file, RemoteFiles remote, int rounds, CancellationToken cancellationToken)
    {
        await remote.UploadAsync(file, Name, cancellationToken);
        var conditions = Conditions.Now(Conditions.Of(file));
        var onDisk = Load.OfParquet(file);
        Load inStore = onDisk with { Source = $"parquet+s3://{remote.Below(Name)}/{Path.GetFileName(file)}" };
        await using DelayingProxy far = RemoteFiles.FarAway();
        MoverCopy[] contestants =
        [
            new MoverCopy($"from S3 with {RemoteFiles.Delay.TotalMilliseconds:F0} ms more a request", bulkmover, inStore) { Endpoint = far.Start() },
            new MoverCopy("from S3", bulkmover, inStore),
            new MoverCopy("from disk", bulkmover, onDisk) { IsBaseline = true },
        ];
        (IReadOnlyList<Series> series, IReadOnlyList<string> notes) = await new FreshServers(onDisk).RunAsync(contestants, rounds, cancellationToken);
        return new Run(Name, conditions, [.. notes, .. contestants.Select(contestant => $"`{contestant.Command}`")], FreshServers.Compared, series);
    }
}
