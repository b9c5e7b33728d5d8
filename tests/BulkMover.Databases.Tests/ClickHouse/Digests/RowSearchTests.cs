using BulkMover.Databases.ClickHouse.Digests;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Digests;

/// <summary>What the search for rows holds, however many there are.</summary>
public sealed class RowSearchTests
{
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
