using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using Xunit;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class BatchesForTests
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(32, 64, 16)]
    [InlineData(32, 512, 16)]
    [InlineData(32, 768, 24)]
    [InlineData(32, 65_536, 32)]
    [InlineData(8, 64, 8)]
    [InlineData(8, 65_536, 8)]
    public void BatchesFor_AreAsTheTargetWouldHaveThemWhereTheBudgetAllowsIt(int best, long budget, int expected) => Assert.Equal(
        new BatchSize(1000, expected * MiB), CopyOptions.BatchesFor(new BatchSize(1000, best * MiB), new MemoryBudget(budget * MiB)));
}
