using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class CopyOptionsTests
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(64, 65_536, 16)]
    [InlineData(511, 65_536, 16)]
    [InlineData(512, 131_072, 16)]
    [InlineData(768, 131_072, 24)]
    [InlineData(65_536, 131_072, 32)]
    public void BatchesFor_AreAsTheTargetWouldHaveThemWhereTheBudgetAllowsIt(long budget, int rows, int bytes) => Assert.Equal(
        new BatchSize(rows, bytes * MiB) { KeepsStoredForms = true },
        new CopyOptions().BatchesFor(new BatchSize(131_072, 32 * MiB) { KeepsStoredForms = true }, new MemoryBudget(budget * MiB)));

    [Theory]
    [InlineData(64, 1_000_000, 16)]
    [InlineData(1024, 1_000_000, 32)]
    [InlineData(65_536, 65_536, 16)]
    [InlineData(65_536, 262_144, 64)]
    public void BatchesFor_BlockRowsAreChosen_AreSoManyWhereTheBudgetAllowsIt(long budget, int rows, int bytes) => Assert.Equal(
        new BatchSize(rows, bytes * MiB), new CopyOptions { BlockRows = rows }.BatchesFor(new BatchSize(131_072, 32 * MiB), new MemoryBudget(budget * MiB)));

    [Fact]
    public void Problems_Defaults_HasNone() => Assert.Empty(new CopyOptions().Problems());

    [Fact]
    public void Problems_AllAreOutOfRange_NamesAll() =>
        Assert.Equal(
            ["--readers is 0; it must be from 1 to 1024.", "--writers is 2000; it must be from 1 to 1024.", "--block-rows is 1; it must be from 1,000 to 4,000,000."],
            new CopyOptions { Readers = 0, Writers = 2000, BlockRows = 1 }.Problems());
}
