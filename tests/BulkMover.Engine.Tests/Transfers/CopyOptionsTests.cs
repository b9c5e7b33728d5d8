using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class CopyOptionsTests
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

    [Fact]
    public void Problems_Defaults_HasNone() => Assert.Empty(new CopyOptions().Problems());

    [Fact]
    public void Problems_BothAreOutOfRange_NamesBoth() =>
        Assert.Equal(
            ["--readers is 0; it must be from 1 to 1024.", "--writers is 2000; it must be from 1 to 1024."],
            new CopyOptions { Readers = 0, Writers = 2000 }.Problems());
}
