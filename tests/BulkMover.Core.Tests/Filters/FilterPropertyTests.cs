using Apache.Arrow;
using BulkMover.Core.Filters;
using BulkMover.Testing.Filters;
using BulkMover.Testing.Memory;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace BulkMover.Core.Tests.Filters;

public sealed class FilterPropertyTests
{
    private static readonly Config Config = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(1_000_000_000);

    [Fact]
    public void Select_AnyFilterOnAnyBatch_KeepsTheRowsThatSqlKeeps() => Check.One(Config, Prop.ForAll((int seed) =>
    {
        var table = new RandomTable(seed);
        Filter filter = table.Filter(depth: 3);
        var allocator = new CountingAllocator();
        using (RecordBatch batch = table.Batch(allocator))
        using (RowSelection selection = RowFilter.Select(filter, batch))
            Assert.Equal(KeptRows(table, filter), selection.Rows.ToArray());
        Assert.Equal(0, allocator.LiveBuffers);
    }));

    [Fact]
    public void MightMatch_AnyFilterAndHonestStatistics_NeverLosesARow() => Check.One(Config, Prop.ForAll((int seed) =>
    {
        var table = new RandomTable(seed);
        Filter filter = table.Filter(depth: 3);
        bool mightMatch = FilterPruning.MightMatch(filter, table.Statistics);
        Assert.True(mightMatch || KeptRows(table, filter).Length == 0, $"{filter} was pruned.");
    }));

    private static int[] KeptRows(RandomTable table, Filter filter) =>
        [.. Enumerable.Range(0, table.Rows).Where(row => NaiveFilter.Evaluate(filter, column => table.Values[column][row]) == true)];
}
