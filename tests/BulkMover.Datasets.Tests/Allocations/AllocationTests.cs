using Xunit;

namespace BulkMover.Datasets.Tests.Allocations;

/// <summary>No hot path allocates more than it did: the gate that does not depend on the clock.</summary>
public sealed class AllocationTests
{
    private static readonly AllocationLimits Limits = new(1.25, new Dictionary<string, double>(StringComparer.Ordinal) { ["decode a"] = 0.8, ["hash a"] = 0 });

    public static TheoryData<string> Shapes => [.. HotPaths.Shapes];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task HotPaths_AllocateNoMoreThanIsWritten(string shape)
    {
        IReadOnlyDictionary<string, double> measured = await HotPaths.MeasureAsync(shape, TestContext.Current.CancellationToken);
        var written = AllocationLimits.Read();
        string[] problems = [.. measured.Select(path => written.Problem(path.Key, path.Value)).OfType<string>()];
        if (problems.Length > 0)
            Assert.Fail(string.Join('\n', problems));
        // Nothing is written of paths that are not there any more.
        Assert.Equal(measured.Count * HotPaths.Shapes.Count, written.BytesPerRow.Count);
    }

    [Theory]
    [InlineData("decode a", 1.0)]
    [InlineData("decode a", 0.1)]
    [InlineData("hash a", 0.0125)]
    public void Problem_IsWithinTheMargin_IsNone(string path, double bytesPerRow) => Assert.Null(Limits.Problem(path, bytesPerRow));

    [Theory]
    [InlineData("decode a", 1.01, "limit", "write the new figure")]
    [InlineData("hash a", 24, "limit", "write the new figure")]
    [InlineData("decode b", 0.1, "no figure", "write that there")]
    public void Problem_IsAboveTheLimitOrUnknown_SaysWhatToDo(string path, double bytesPerRow, string what, string next)
    {
        string problem = Limits.Problem(path, bytesPerRow)!;
        Assert.Contains(what, problem, StringComparison.Ordinal);
        Assert.Contains(next, problem, StringComparison.Ordinal);
        Assert.Contains(path, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problem_DecodedRowsAreBoxed_IsFound()
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        using var table = new HotTable("narrow-integers", stopping);
        long boxed = 0;
        await table.DecodeAsync(
            batch =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                var boxes = new object[batch.Length];
                for (int row = 0; row < boxes.Length; row++)
                    boxes[row] = row;
                boxed += GC.GetAllocatedBytesForCurrentThread() - before;
                batch.Dispose();
            },
            stopping);
        Assert.NotNull(AllocationLimits.Read().Problem("decode narrow-integers", (double)boxed / HotTable.Rows));
    }
}
