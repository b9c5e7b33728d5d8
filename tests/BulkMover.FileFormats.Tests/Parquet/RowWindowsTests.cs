using BulkMover.FileFormats.Parquet.Images;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

public sealed class RowWindowsTests
{
    [Fact]
    public void Most_SingleRows_IsTheLargestBatchOfEachLength()
    {
        var windows = new RowWindows(4);

        foreach (double bytes in new double[] { 1, 2, 3, 4, 50, 0, 0, 0, 30, 30 })
            windows.Add(bytes);

        // Batches of 4 rows: 10, 50, 60; of 2: 3, 7, 50, 0, 60; of 1.
        Assert.Equal([60, 60, 50], Enumerable.Range(0, 3).Select(windows.Most));
    }

    [Fact]
    public void Most_RowsByPages_AreSpreadOverTheBatchesThatTheyReachInto()
    {
        var windows = new RowWindows(4);

        windows.Add(6, 60);
        windows.Add(1, 100);
        windows.Add(100, 0);

        // The second batch of four has rows of 10, 10, 100 and 0 bytes.
        Assert.Equal([120, 100, 100], Enumerable.Range(0, 3).Select(windows.Most));
    }

    [Fact]
    public void Most_OddNumberOfRows_IsHalvedRoundedDown() => Assert.Equal([7, 3, 1], RowWindows.Steps(7));
}
