using BulkMover.Databases.ClickHouse.Digests;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Digests;

/// <summary>What the search for rows holds, however many there are.</summary>
public sealed class RowSearchTests
{
    [Fact]
    public void Choose_ManyDiffer_TakesTheSmallestWhileTheyAreHeld()
    {
        long[] rows = [90_000, 0, 150_000, 60_000, 70_000, 10];
        Assert.Equal([1, 5, 3, 4], RowSearch.Choose(rows, [0, 1, 2, 3, 4, 5], 10).Order(Comparer<int>.Create((a, b) => rows[a].CompareTo(rows[b]))));
        Assert.Equal([1, 5], RowSearch.Choose(rows, [0, 1, 2, 3, 4, 5], 2).Order());
    }

    [Fact]
    public void Choose_EvenTheSmallestIsLarge_TakesItAlone() =>
        Assert.Equal([1], RowSearch.Choose([3_000_000, 2_000_000], [0, 1], 10));

    [Fact]
    public void Choose_NoneDiffers_TakesNone() => Assert.Empty(RowSearch.Choose([5], [], 10));

    [Fact]
    public void Count_SourceHasMore_FindsItOnceAndGoesOnCounting()
    {
        var extras = new ExtraRows(new Dictionary<ulong, long> { [1] = 2, [2] = 1 }, 10, 1000);
        Assert.Equal([false, false, true, false, true], new ulong[] { 1, 1, 1, 1, 3 }.Select(extras.Count));
        Assert.Equal((2, -1, 1), (extras.Surplus[1], extras.Surplus[2], extras.Surplus[3]));
    }

    [Fact]
    public void Count_MillionRowsDiffer_RemembersAsManyAsWereAskedFor()
    {
        var extras = new ExtraRows(new Dictionary<ulong, long> { [ulong.MaxValue] = 1 }, 10, 1000);
        Assert.Equal(10, Enumerable.Range(0, 1_000_000).Count(hash => extras.Count((ulong)hash)));
        Assert.Equal(11, extras.Surplus.Count);
        Assert.False(extras.Count(ulong.MaxValue));
        Assert.Equal(0, extras.Surplus[ulong.MaxValue]);
    }

    [Fact]
    public void Count_FoundRowsAreLarge_FindsNoMore()
    {
        var extras = new ExtraRows(new Dictionary<ulong, long>(), 10, 1000);
        Assert.True(extras.Count(1));
        extras.AddBytes(1000);
        Assert.False(extras.Count(2));
    }
}
