using BulkMover.FileFormats.Parquet.Images;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

public sealed class RangePlanTests
{
    [Fact]
    public void Of_RangesInAnyOrder_MergesThoseWithinTheGap()
    {
        RangePlan plan = RangePlan.Of([(500, 10), (0, 10), (15, 10), (100, 0)], maxGapBytes: 5);

        Assert.Equal([(0, 25), (500, 10)], plan.Ranges.Select(range => (range.Offset, range.Length)));
        Assert.Equal(plan.Ranges[0].ImageOffset + 25, plan.Ranges[1].ImageOffset);
        Assert.Equal(plan.Ranges[1].ImageOffset + 10, plan.End);
    }

    [Fact]
    public void Of_RangesThatOverlap_HoldEachByteOnce()
    {
        RangePlan plan = RangePlan.Of([(0, 100), (10, 20), (50, 100)], maxGapBytes: 0);

        Assert.Equal((0, 150), (Assert.Single(plan.Ranges).Offset, plan.Ranges[0].Length));
    }

    [Fact]
    public void ImageOffset_ByteOfARange_LiesWhereItsRangeDoes()
    {
        RangePlan plan = RangePlan.Of([(100, 10), (200, 10), (300, 10)], maxGapBytes: 0);

        Assert.Equal([plan.Ranges[0].ImageOffset, plan.Ranges[1].ImageOffset + 3, plan.Ranges[2].ImageOffset + 9],
            new[] { 100L, 203, 309 }.Select(plan.ImageOffset));
        Assert.True(plan.ImageOffset(100) > 0);
    }
}
