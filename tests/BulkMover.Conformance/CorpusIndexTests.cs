using BulkMover.Conformance.Corpus;
using Xunit;

namespace BulkMover.Conformance;

public sealed class CorpusIndexTests
{
    /// <summary>Parts of tables, which have tests of their own in the formats' projects.</summary>
    private static readonly string[] NoTables = ["component", "collection"];

    [Fact]
    public void Entries_AllOutcomes_EachIsVisited()
    {
        int visited = TablesThatMustBeRead.Names.Count + TablesThatMayFail.Broken.Count + TablesThatMayFail.Doubtful.Count;

        Assert.Equal(CorpusIndex.Instance.Entries.Count(entry => !NoTables.Contains(entry.Outcome)), visited);
        Assert.InRange(visited, 1, int.MaxValue);
    }
}
