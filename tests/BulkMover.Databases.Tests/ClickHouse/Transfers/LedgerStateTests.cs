using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

public sealed class LedgerStateTests
{
    private static readonly Dictionary<string, long> Partitions = new() { ["1"] = 0, ["2"] = 0 };

    private readonly LedgerState state = new(TransferId.Of("t"), "t");

    /// <summary>A run that dies between the two finds the table under either name.</summary>
    [Fact]
    public void IsStaging_FirstChunkTakesItsPlace_BothUntilThatIsEntered()
    {
        Apply(new Begun(new TransferOrigin("c", "s", "from", "1"), CopyMode.Replace, [], "made"), new Loaded(0, new Dictionary<string, long> { ["1"] = 1 }) { Table = "first" });
        Assert.True(state.IsStaging(Table("made")));
        Assert.True(state.IsStaging(Table("first")));
        Assert.False(state.IsStaging(Table("other")));

        Apply(new Collected(0, 1) { Table = "first" });
        Assert.False(state.IsStaging(Table("made")));
        Assert.True(state.IsStaging(Table("first")));
        Assert.True(state.IsPublished(Table("first")));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "b")]
    public void IsPublished_PublishingOnceMore_OnlyWhenAllIsEnteredAgain(string before, string now)
    {
        Apply(
            new Begun(new TransferOrigin("c", "s", "from", "1"), CopyMode.Replace, [], "staging"), new Loaded(0, new Dictionary<string, long> { ["1"] = 1, ["2"] = 1 }), new Collected(0, 1),
            new Publishing(before, false, Partitions, 0), new Published(["1", "2"]));
        Assert.True(state.IsPublished(Table(before)));

        Apply(new Publishing(now, false, Partitions, 0), new Published(["1"]));
        Assert.False(state.IsPublished(Table(now)));

        Apply(new Published(["2"]));
        Assert.True(state.IsPublished(Table(now)));
    }

    private static ExistingTable Table(string identity) => new("ReplicatedMergeTree", "", "", false, "", 0, identity, [], [], null);

    private void Apply(params LedgerEntry[] entries)
    {
        foreach (LedgerEntry entry in entries)
            state.Apply(entry, 1, DateTimeOffset.UnixEpoch);
    }
}
