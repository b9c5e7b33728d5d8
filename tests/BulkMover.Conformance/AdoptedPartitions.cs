using System.Text;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.Engine.Transfers;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Tables that other engines have partitioned by buckets and truncated values: files come as they are, in the partitions that those engines have made.</summary>
public sealed class AdoptedPartitions(ClickHouseServerFixture server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Tables; how many of their files come as they are; the tuples, as the names of the directories have them that the engine has made. Of the last table one file, of 'abc', is from before its
    /// spec became another one, and is decoded: truncate[10] leaves that text whole (Iceberg spec, "Truncate Transform Details").
    /// </summary>
    public static TheoryData<string, long, string[]> Tables => new()
    {
        { "duckdbref-partition_bucket_test", 6, ["0", "2", "4", "6", "7", "8"] },
        { "icxx-bucket_partitioning", 1, ["0/0/3/2/2/99/75/13/5/724"] },
        { "trino-conflict_truncate", 1, ["abc", "abcd"] },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Copy_IntoIceberg_FilesKeepTheirPartitionsAndTheseTheirNames(string name, long adopted, string[] tuples)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        string directory = Path.Combine(server.FilesDirectory, $"partitions_of_{name}");
        await using LakeTarget target = LakeCopies.Open("iceberg", Location.OnDisk(directory));

        CopyResult result = await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting: true);

        Assert.Equal((entry.Expected!.Rows!.Value, adopted), (result.Rows, result.AdoptedFiles));
        ITableSnapshot copied = await (await SourceOpener.OpenAsync($"iceberg:{directory}", Token)).OpenReadableSnapshotAsync(selector: null, Token);
        Assert.Equal(snapshot.PartitionTerms, copied.PartitionTerms);
        Assert.Equal(snapshot.PartitionNames, copied.PartitionNames);
        List<ScanTask> files = await copied.PlanAsync(new Scan(copied, columns: null, where: null), Token).ToListAsync(Token);
        Assert.Equal(tuples, files.Select(file => string.Join('/', file.Transformed.Select(field => Text(field.Value)))).Order(StringComparer.Ordinal));
        Assert.Equal($"{result.Rows}", (await server.QueryAsync($"SELECT count() FROM icebergLocal('{directory}')", Token)).Trim());
    }

    /// <summary>Partitions leave files out here, by hashes of the other engine: it would miss rows of a file that is in another bucket than theirs.</summary>
    [Fact]
    public async Task Copy_OfBuckets_AnotherEngineFindsTheRowsOfEachValue()
    {
        Source source = await SourceOpener.OpenAsync(CorpusIndex.Instance["duckdbref-partition_bucket_test"].Address, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        string directory = Path.Combine(server.FilesDirectory, "values_of_buckets");
        await using LakeTarget target = LakeCopies.Open("iceberg", Location.OnDisk(directory));
        long rows = (await LakeCopies.RunAsync(source, snapshot, new Scan(snapshot, columns: null, where: null), target, isAdopting: true)).Rows;

        string found = await server.QueryAsync(
            string.Join(" UNION ALL ", Enumerable.Range(0, 10).Select(value => $"SELECT count() FROM icebergLocal('{directory}') WHERE partition_col = 'partition_{value}'")), Token);

        Assert.Equal(Enumerable.Repeat(rows / 10, 10), found.Trim().Split('\n').Select(long.Parse));
    }

    private static string Text(Scalar value) => value.Value is byte[] text ? Encoding.UTF8.GetString(text) : $"{value.Value}";
}
