using System.Globalization;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
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

        if (Exceptions.FilesAreElsewhere.Contains(name))
        {
            await Assert.ThrowsAsync<CorruptTableException>(() => ForeignTable.ReadAsync(entry, limit.Token));
            return;
        }

        try
        {
            (CanonRows rows, ITableSnapshot snapshot) = await ForeignTable.ReadAsync(entry, limit.Token);

            Assert.Equal(SignedId(entry.SnapshotId) ?? entry.Expected!.Version?.ToString() ?? snapshot.Id, snapshot.Id);
            await AssertContentAsync(entry, rows, snapshot, limit.Token);
        }
        catch (UnsupportedFeatureException refusal)
        {
            Assert.True(Refusals.Allow(entry, refusal), $"Refused, though what it uses must be read: {refusal.Message}");
        }
    }

    private static async Task AssertContentAsync(CorpusEntry entry, CanonRows rows, ITableSnapshot snapshot, CancellationToken cancellationToken)
    {
        CorpusExpectation expected = entry.Expected!;
        Assert.Equal(expected.Rows, rows.Count);
        if (Exceptions.AnswersBySpecification.TryGetValue(entry.Name, out string[]? lines))
        {
            Assert.Equal(lines, rows.Lines());
        }
        else if (Exceptions.ContentOfDataFile.TryGetValue(entry.Name, out string? file))
        {
            CorpusEntry asFile = entry with { Format = "parquet", Path = Path.Combine(entry.Path, file), MetadataFile = null };
            AssertSame((await ForeignTable.ReadAsync(asFile, cancellationToken)).Rows, rows);
        }
        else if (VariantAnswer.Concerns(snapshot.Schema))
        {
            AssertSame(VariantAnswer.Read(entry, snapshot.Schema), rows);
        }
        else
        {
            if (expected.ReadAnswer() is { } answer)
                AssertSame(answer, rows);
            if (expected.Sha256 is not null)
                Assert.Equal(expected.Sha256, rows.Sha256());
        }
    }

    /// <summary>Snapshot ids are longs; a writer is known that shows the same 64 bits unsigned.</summary>
    private static string? SignedId(string? id) =>
        ulong.TryParse(id, CultureInfo.InvariantCulture, out ulong bits) ? unchecked((long)bits).ToString(CultureInfo.InvariantCulture) : id;

    private static void AssertSame(CanonRows expected, CanonRows rows)
    {
        if (rows.DifferenceFrom(expected) is { } difference)
            Assert.Fail(difference);
    }
}
