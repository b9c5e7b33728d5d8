using BulkMover.Core.Digests;
using Xunit;

namespace BulkMover.Core.Tests.Digests;

/// <summary>Which ranges of row hashes a search looks at, however many rows differ.</summary>
public sealed class HashRangesTests
{
    [Fact]
    public void Choose_ManyDiffer_TakesTheSmallestWhileTheirRowsMayBeHeld()
    {
        HashRanges ranges = Of(90_000, 0, 150_000, 60_000, 70_000, 10);
        Assert.Equal([1, 3, 4, 5], ranges.Choose(new HashRanges(), 10, mostRows: 200_000).Order());
        Assert.Equal([1, 5], ranges.Choose(new HashRanges(), 2, mostRows: 200_000).Order());
    }

    [Fact]
    public void Choose_EvenTheSmallestIsLarge_TakesItAlone() =>
        Assert.Equal([1], Of(3_000_000, 2_000_000).Choose(new HashRanges(), 10, mostRows: 200_000));

    [Fact]
    public void Choose_RowsAreOfBothSides_CountsBoth()
    {
        (HashRanges a, HashRanges b) = (Of(150, 120), Of(10, 90));
        Assert.Equal([0], a.Choose(b, 10, mostRows: 200));
    }

    [Fact]
    public void DifferingFrom_SameRowsInAnotherOrder_None()
    {
        (var a, var b) = (new HashRanges(), new HashRanges());
        ulong[] hashes = [1, ulong.MaxValue, 1UL << 48, (1UL << 48) + 5, 77];
        foreach (ulong hash in hashes)
            a.Add(hash);
        foreach (ulong hash in hashes.Reverse())
            b.Add(hash);
        Assert.Empty(a.DifferingFrom(b));

        b.Add(ulong.MaxValue - 1);
        Assert.Equal([(1 << HashRanges.Bits) - 1], a.DifferingFrom(b));
    }

    [Fact]
    public void DifferingFrom_AnotherRowInTheSameRange_ShowsIt()
    {
        (var a, var b) = (new HashRanges(), new HashRanges());
        a.Add((1UL << 48) + 1);
        b.Add((1UL << 48) + 2);
        Assert.Equal([1], a.DifferingFrom(b));
    }

    /// <summary>Each differs from one without rows, also where it has none itself.</summary>
    private static HashRanges Of(params long[] rows)
    {
        var ranges = new HashRanges();
        for (int range = 0; range < rows.Length; range++)
            ranges.Add(range, rows[range], 7);
        return ranges;
    }
}
