using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Filters;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Tests.Delta.Model;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Random tables that know their own content: whatever happened to one and however its log is summed up, every version reads back equal.</summary>
public sealed class DeltaModelTests
{
    private readonly CanonWriter canon = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Read_RandomHistory_EqualsTheModelAtEveryVersionAndUnderEveryFilter(int batch)
    {
        for (int seed = batch * 1000; seed < batch * 1000 + 40; seed++)
        {
            var table = new ModelTable(seed);
            var random = new Random(seed);
            int oldest = SumUp(table, random);
            DeltaTable opened = await DeltaTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken);
            for (int version = oldest; version < table.Versions.Count; version++)
                await AssertEqualAsync(table, opened, version, random, $"seed {seed}, version {version}");
            Assert.Equal($"{table.Versions.Count - 1}", (await opened.OpenSnapshotAsync(null, TestContext.Current.CancellationToken)).Id);
        }
    }

    /// <summary>Checkpoints, log compactions and a clean-up at random versions.</summary>
    /// <returns>The oldest version that is left.</returns>
    private static int SumUp(ModelTable table, Random random)
    {
        var log = new ModelLog(table, random);
        int last = table.Versions.Count - 1, oldest = 0;
        for (int count = random.Next(3); count > 0; count--)
        {
            int checkpoint = random.Next(last + 1);
            log.Checkpoint(checkpoint);
            oldest = random.Next(3) == 0 ? Math.Max(oldest, checkpoint) : oldest;
        }

        for (int count = random.Next(4); count > 0; count--)
        {
            int first = random.Next(last);
            log.Compact(first, random.Next(first + 1, last + 1));
        }

        log.CleanUp(oldest);
        return oldest;
    }

    private async Task AssertEqualAsync(ModelTable table, DeltaTable opened, int version, Random random, string name)
    {
        ITableSnapshot snapshot = await opened.OpenSnapshotAsync(SnapshotSelector.Parse($"{version}"), TestContext.Current.CancellationToken);
        ModelVersion expected = table.Versions[version];
        Assert.Equal(expected.Columns.Select(column => column.Name), snapshot.Schema.FieldsList.Select(field => field.Name));
        Assert.Null((await PlannedRows.ReadAsync(table.Store, snapshot, null)).DifferenceFrom(Rows(expected, null))?.Insert(0, $"{name}: "));

        Filter filter = ModelFilters.New(expected, snapshot.Schema, random);
        Assert.Null((await PlannedRows.ReadAsync(table.Store, snapshot, filter)).DifferenceFrom(Rows(expected, filter))?.Insert(0, $"{name}, {filter}: "));
    }

    private CanonRows Rows(ModelVersion version, Filter? where)
    {
        var arrays = new TestArrays(MemoryAllocator.Default.Value, new Random(1));
        Dictionary<int, object?>[] kept = [.. version.Rows.Where(row => where is null || ModelFilters.Keeps(where, version, row))];
        var schema = new Schema([.. version.Columns.Select(column => new Field(column.Name, ModelTypes.Arrow(column.Type), nullable: true))], null);
        using var batch = new RecordBatch(
            schema, version.Columns.Select(column => arrays.Build(ModelTypes.Arrow(column.Type), [.. kept.Select(row => row.GetValueOrDefault(column.Id))])), kept.Length);
        var rows = new CanonRows();
        foreach (string line in canon.Lines(batch))
            rows.Add(line);
        return rows;
    }
}
