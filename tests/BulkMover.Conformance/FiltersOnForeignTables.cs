using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>
/// A filter keeps the same rows whether files and row groups were ruled out by other writers' partition values and statistics or not.
/// </summary>
public sealed class FiltersOnForeignTables
{
    private const int ColumnsPerTable = 6;

    private readonly CanonWriter canon = new();

    /// <summary>Larger tables have nothing that the smaller have not.</summary>
    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries
        .Where(entry => entry.Outcome == "rows" && entry.Expected!.Rows is > 0 and < 10_000 && !Exceptions.StatisticsAreWrong.Contains(entry.Name))
        .Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Plan_FilterOnEachColumn_LosesNoRow(string name)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        Source source;
        ITableSnapshot snapshot;
        RecordBatch[] batches;
        try
        {
            source = await SourceOpener.OpenAsync(CorpusIndex.Instance[name].Address, stopping);
            snapshot = await source.OpenReadableSnapshotAsync(selector: null, stopping);
            batches = await ForeignTable.BatchesAsync(source, snapshot, new Scan(snapshot, null, null), stopping).ToArrayAsync(stopping);
        }
        catch (BulkMoverException)
        {
            // Whether that is right is the other tests' question.
            return;
        }

        try
        {
            foreach (Filter filter in Filters(snapshot.Schema, batches))
            {
                var planned = new CanonRows();
                await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, new Scan(snapshot, null, filter), stopping))
                {
                    using (batch)
                        AddKept(filter, batch, planned);
                }

                var kept = new CanonRows();
                foreach (RecordBatch batch in batches)
                    AddKept(filter, batch, kept);
                if (planned.DifferenceFrom(kept) is { } difference)
                    Assert.Fail($"{filter}: {difference}");
            }
        }
        finally
        {
            foreach (RecordBatch batch in batches)
                batch.Dispose();
        }
    }

    /// <summary>For some columns, with the first and the last value of the table: each of them kept, ruled out, and at the bound.</summary>
    private static IEnumerable<Filter> Filters(Schema schema, RecordBatch[] batches)
    {
        for (int column = 0; column < Math.Min(schema.FieldsList.Count, ColumnsPerTable); column++)
        {
            string name = schema.FieldsList[column].Name;
            yield return new Filter.IsNull(name);
            Scalar[] values = [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length)
                .Select(row => ArrowScalars.At(batch.Column(column), row)).OfType<Scalar>())];
            if (values.Length == 0)
                continue;
            yield return new Filter.Comparison(name, ComparisonOperator.Equal, values[0]);
            yield return new Filter.Comparison(name, ComparisonOperator.Less, values[^1]);
            yield return new Filter.Not(new Filter.Comparison(name, ComparisonOperator.Less, values[^1]));
            yield return new Filter.Not(new Filter.In(name, [values[0], values[^1]]));
        }
    }

    private void AddKept(Filter filter, RecordBatch batch, CanonRows rows)
    {
        using RowSelection selection = RowFilter.Select(filter, batch);
        string[] lines = [.. canon.Lines(batch)];
        foreach (int row in selection.Rows)
            rows.Add(lines[row]);
    }
}
