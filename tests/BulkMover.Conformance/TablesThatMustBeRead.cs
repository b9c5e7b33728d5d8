using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Valid tables: read with exactly the content that other engines read, or refused by name for what is listed in <see cref="Refusals"/>.</summary>
public sealed class TablesThatMustBeRead
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Names => new(CorpusIndex.Instance.Entries.Where(entry => entry.Outcome == "rows").Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Read_ValidTable_HoldsItsRowsOrIsRefusedByName(string name)
    {
        CorpusEntry entry = CorpusIndex.Instance[name];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);

        try
        {
            (CanonRows rows, string snapshotId) = await ForeignTable.ReadAsync(entry.Address, Columns(entry), Canon(entry), limit.Token);

            Assert.Equal(entry.SnapshotId ?? entry.Expected!.Version?.ToString() ?? snapshotId, snapshotId);
            AssertContent(entry, rows);
        }
        catch (UnsupportedFeatureException refusal)
        {
            Assert.True(Refusals.Allow(entry, refusal), $"Refused, though what it uses must be read: {refusal.Message}");
        }
    }

    private static string[]? Columns(CorpusEntry entry) => entry.Expected!.Columns?.Select(column => column.Name).ToArray();

    /// <summary>DuckDB, whose words the types of the Parquet answers are, keeps instants in microseconds.</summary>
    private static CanonWriter Canon(CorpusEntry entry) => new(instantsInMicroseconds: entry.Format == "parquet");

    private static void AssertContent(CorpusEntry entry, CanonRows rows)
    {
        CorpusExpectation expected = entry.Expected!;
        if (expected.ReadAnswer() is { } answer && rows.DifferenceFrom(answer) is { } difference)
            Assert.Fail(difference);
        Assert.Equal(expected.Rows, rows.Count);
        if (expected.Sha256 is not null)
            Assert.Equal(expected.Sha256, rows.Sha256());
    }
}
