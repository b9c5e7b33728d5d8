using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Bloom filters that other engines wrote: what a column does not hold is found out without reading it, what it holds is never lost.</summary>
public sealed class BloomFiltersOfOthers
{
    [Theory]
    [InlineData("pt-data_index_bloom_encoding_stats", "String", "Hello")]
    [InlineData("pt-data_index_bloom_encoding_with_length", "String", "Hello")]
    public async Task Read_EqualToWhatTheColumnHolds_GivesRowsAndToAnotherValueNone(string table, string column, string held)
    {
        CorpusEntry entry = CorpusIndex.Instance[table];

        Assert.True(await RowsAsync(entry, column, held) > 0);
        // Between the least and the greatest value, so that they do not rule it out.
        Assert.Equal(0, await RowsAsync(entry, column, held + "x"));
    }

    private static async Task<long> RowsAsync(CorpusEntry entry, string column, string value)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        Source source = await SourceOpener.OpenAsync(entry.Address, stopping);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, stopping);
        Field field = snapshot.Schema.GetFieldByName(column);
        var filter = new Filter.Comparison(column, ComparisonOperator.Equal, new Scalar(field.DataType, System.Text.Encoding.UTF8.GetBytes(value)));
        long rows = 0;
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, new Scan(snapshot, null, filter), stopping))
        {
            using (batch)
                rows += batch.Length;
        }

        return rows;
    }
}
