using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>
/// Tables of other engines that keep row ids: whatever the rows are, no id is there twice and none is missing (Iceberg spec, "Row Lineage";
/// Delta PROTOCOL.md, "Row Tracking"), unless the snapshot has no ids at all.
/// </summary>
public sealed class RowIdsOfForeignTables
{
    // Read through other code, or not at all.
    private static readonly string[] OtherFiles = ["data:orc", "type:variant"];

    /// <summary>Its snapshot has no first row id ("Row Lineage for Upgraded Tables": "values for _row_id are read as null for all rows").</summary>
    private const string Upgraded = "duckdbref-multi_blob_deletion_vectors";

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && entry.Features.Any(feature => feature is "row_lineage" or "row_tracking") && !entry.Features.Any(OtherFiles.Contains) && entry.Name != Upgraded)
        .Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_RowIds_AreThereAndUnique(string name)
    {
        long?[] ids = await ReadAsync(name);

        Assert.DoesNotContain(null, ids);
        Assert.Equal(CorpusIndex.Instance[name].Expected!.Rows, ids.Distinct().Count());
    }

    [Fact]
    public async Task Read_RowIdsOfASnapshotFromBeforeTheUpgrade_AreNull() => Assert.All(await ReadAsync(Upgraded), id => Assert.Null(id));

    /// <summary>
    /// Spark's MERGE copied row 1, updated row 2 and inserted row 3 into one file: what it materialized goes first, then the file's base row id 2
    /// and version 2 count.
    /// </summary>
    [Fact]
    public async Task Read_RowsThatSparkMerged_KeepTheirIdsAndTheVersionsThatChangedThem()
    {
        List<(int?, long?, long?)> rows = await ReadAsync("krsgoldh-row-tracking-write", ["id", "_metadata.row_id", "_metadata.row_commit_version"], batch =>
            ((Int32Array)batch.Column(0)).Zip((Int64Array)batch.Column(1), (Int64Array)batch.Column(2)));

        Assert.Equal([(1, 0, 1), (2, 1, 2), (3, 2 + rows.FindIndex(row => row.Item1 == 3), 2)], rows.Order());
    }

    private static async Task<long?[]> ReadAsync(string name) => [.. await ReadAsync(name, columns: null, batch =>
    {
        Assert.Equal(0, batch.Column(1).NullCount);
        return (Int64Array)batch.Column(0);
    })];

    /// <summary>The table's rows in file order, of its metadata columns unless others are named.</summary>
    private static async Task<List<T>> ReadAsync<T>(string name, string[]? columns, Func<RecordBatch, IEnumerable<T>> rowsOf)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, TestContext.Current.CancellationToken);
        Scan scan = Source.NewScan(snapshot, columns ?? [.. snapshot.MetadataColumns.Select(column => column.Name)], where: null);
        var rows = new List<T>();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, TestContext.Current.CancellationToken))
        {
            using (batch)
                rows.AddRange(rowsOf(batch));
        }

        return rows;
    }
}
