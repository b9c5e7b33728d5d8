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
/// Delta PROTOCOL.md, "Row Tracking").
/// </summary>
public sealed class RowIdsOfForeignTables
{
    // Read through other code, or not at all.
    private static readonly string[] OtherFiles = ["data:orc", "type:variant"];

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && entry.Features.Any(feature => feature is "row_lineage" or "row_tracking") && !entry.Features.Any(OtherFiles.Contains))
        .Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_RowIds_AreThereAndUnique(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        Source source = await SourceOpener.OpenAsync(entry.Address, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, TestContext.Current.CancellationToken);
        Scan scan = Source.NewScan(snapshot, [.. snapshot.MetadataColumns.Select(column => column.Name)], where: null);
        var ids = new HashSet<long>();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, scan, TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                Assert.Equal(0, batch.Column(1).NullCount);
                foreach (long? id in (Int64Array)batch.Column(0))
                    Assert.True(id is { } known && ids.Add(known), $"id {id}");
            }
        }

        Assert.Equal(entry.Expected!.Rows, ids.Count);
    }
}
