using Apache.Arrow;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Filters;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>Random tables with changes of schema, partitioning and format version, and deletes of all kinds, read back; rows of version 3 with their lineage.</summary>
public sealed class RandomTableTests
{
    private const int Tables = 240;
    private const int MaxChanges = 16;
    private const int Filters = 4;

    private const int SliceCount = 6;

    public static TheoryData<int> Slices => new(Enumerable.Range(0, SliceCount));

    [Theory]
    [MemberData(nameof(Slices))]
    public async Task Read_RandomTable_HasTheRowsOfItsModelAtEverySnapshot(int slice)
    {
        for (int seed = slice; seed < Tables; seed += SliceCount)
        {
            var table = new ModelTable(seed);
            var random = new Random(seed);
            for (int changes = random.Next(1, MaxChanges); changes > 0; changes--)
                table.Change();

            await AssertSameAsync(table, random, selector: null, table.Columns, table.Rows(), $"seed {seed}, now");
            foreach ((long id, ModelColumn[] columns, List<ModelRow> rows) in table.Snapshots)
                await AssertSameAsync(table, random, $"{id}", columns, rows, $"seed {seed}, snapshot {id}");
        }
    }

    private static async Task AssertSameAsync(ModelTable table, Random random, string? selector, IReadOnlyList<ModelColumn> columns, List<ModelRow> rows, string where)
    {
        IcebergSnapshot snapshot = await table.Written.OpenSnapshotAsync(selector);
        Assert.Equal(columns.Select(column => column.Name), snapshot.Schema.FieldsList.Select(field => field.Name));
        if (table.HasLineage && random.Next(2) == 0)
            columns = [.. columns, ModelColumn.RowId, ModelColumn.LastUpdated];
        string[] names = [.. columns.Select(column => column.Name)];
        AssertSame(columns, rows, await PlannedRows.ReadAsync(table.Written.Store, snapshot, null, names), where);

        ModelColumn[] primitives = [.. columns.Where(column => column.IsPrimitive)];
        for (int i = 0; i < Filters && primitives.Length > 0; i++)
        {
            Filter filter = RandomFilter(primitives, random, depth: 2);
            List<ModelRow> kept = [.. rows.Where(row => NaiveFilter.Evaluate(filter, name => row[columns.First(column => column.Name == name).Id]) == true)];
            AssertSame(columns, kept, await PlannedRows.ReadAsync(table.Written.Store, snapshot, filter, names), $"{where}, {filter}");
        }
    }

    private static void AssertSame(IReadOnlyList<ModelColumn> columns, List<ModelRow> expected, CanonRows actual, string where)
    {
        var rows = new CanonRows();
        using RecordBatch batch = new ModelArrays(new Random(0)).Batch(columns, expected);
        foreach (string line in new CanonWriter().Lines(batch))
            rows.Add(line);
        if (actual.DifferenceFrom(rows) is { } difference)
            Assert.Fail($"{where}: {difference}");
    }

    private static Filter RandomFilter(ModelColumn[] columns, Random random, int depth)
    {
        if (depth > 0)
        {
            switch (random.Next(5))
            {
                case 0: return new Filter.And(RandomFilter(columns, random, depth - 1), RandomFilter(columns, random, depth - 1));
                case 1: return new Filter.Or(RandomFilter(columns, random, depth - 1), RandomFilter(columns, random, depth - 1));
                case 2: return new Filter.Not(RandomFilter(columns, random, depth - 1));
            }
        }

        ModelColumn column = columns[random.Next(columns.Length)];
        Scalar Literal() => new(column.Type!.Arrow, column.Type.Values[random.Next(column.Type.Values.Count)]);
        return random.Next(6) switch
        {
            0 => new Filter.IsNull(column.Name),
            1 => new Filter.In(column.Name, [Literal(), Literal()]),
            2 when column.Type == ModelType.String => new Filter.StartsWith(column.Name, "a"u8.ToArray()),
            _ => new Filter.Comparison(column.Name, (ComparisonOperator)random.Next(6), Literal()),
        };
    }
}
