using System.Text;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.Testing.Batches;
using ParquetSharp.Arrow;
using Field = Apache.Arrow.Field;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>A data file, and the rows that were written into it, by column id. They stand in the column's type of today.</summary>
/// <param name="path">Below the table, not encoded.</param>
/// <param name="columns">Those that it has, as they were.</param>
/// <param name="partition">Partition values by column id, with their types.</param>
/// <param name="rows">The rows, partition values included.</param>
internal sealed class ModelFile(
    string path, IReadOnlyList<ModelColumn> columns, IReadOnlyList<(ModelColumn Column, object? Value, string? Text)> partition,
    List<Dictionary<int, object?>> rows)
{
    private readonly Dictionary<int, (object? Min, object? Max, long Nulls)> statistics = columns.ToDictionary(
        column => column.Id, column => (
            rows.Select(row => row[column.Id]).OfType<object>().Order(Comparer<object>.Create(ModelTypes.Compare)).FirstOrDefault(),
            rows.Select(row => row[column.Id]).OfType<object>().OrderDescending(Comparer<object>.Create(ModelTypes.Compare)).FirstOrDefault(),
            rows.LongCount(row => row[column.Id] is null)));

    public string Path => path;

    public IReadOnlyList<ModelColumn> Columns => columns;

    public IReadOnlyList<(ModelColumn Column, object? Value, string? Text)> Partition => partition;

    public List<Dictionary<int, object?>> Rows => rows;

    public (object? Min, object? Max, long Nulls) StatisticsOf(int column) => statistics[column];

    /// <summary>The file's bytes: in mode id its names say nothing, and partition columns may stand in it with values that do not count.</summary>
    public byte[] Write(string mode, Random random)
    {
        var arrays = new TestArrays(MemoryAllocator.Default.Value, random);
        var fields = new List<(Field Field, IArrowArray Array)>();
        ModelColumn[] written = [.. columns, .. partition.Where(_ => random.Next(3) == 0).Select(value => value.Column)];
        random.Shuffle(written);
        foreach (ModelColumn column in written)
        {
            bool isJunk = !columns.Contains(column);
            var field = new Field(mode switch { "none" => column.Name, "name" => column.Physical, _ => $"any{column.Id}" }, ModelTypes.Arrow(column.Type), nullable: true);
            object?[] values = [.. rows.Select(row => isJunk ? ModelTypes.Random(column.Type, random) : row[column.Id])];
            fields.Add((mode == "none" ? field : field.WithFieldId(column.Id), arrays.Build(field.DataType, values)));
        }

        // "Note for non-change data readers": a column that is not in the table's schema.
        if (random.Next(5) == 0)
            fields.Add((new Field("_change_type", StringType.Default, nullable: true), arrays.Build(StringType.Default, [.. rows.Select(_ => (object?)"insert"u8.ToArray())])));
        var schema = new Schema([.. fields.Select(field => field.Field)], null);
        using var stream = new MemoryStream();
        using (var batch = new RecordBatch(schema, fields.Select(field => field.Array), rows.Count))
        using (var writer = new FileWriter(stream, schema, null, null, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch, random.Next(1, 20));
            writer.Close();
        }

        return stream.ToArray();
    }

    /// <summary>The <c>stats</c> of an add action.</summary>
    /// <param name="isTight">False once rows were deleted.</param>
    /// <param name="prefix">Characters of a text that are kept.</param>
    public string Statistics(bool isTight, int prefix)
    {
        var json = new StringBuilder($$"""{"numRecords":{{rows.Count}},"tightBounds":{{(isTight ? "true" : "false")}}""");
        foreach ((string name, Func<ModelColumn, string?> value) in new (string, Func<ModelColumn, string?>)[]
        {
            ("minValues", column => Bound(column, statistics[column.Id].Min)),
            ("maxValues", column => Bound(column, statistics[column.Id].Max)),
            ("nullCount", column => $"{statistics[column.Id].Nulls}"),
        })
        {
            json.Append($",\"{name}\":{{");
            json.AppendJoin(',', columns.Where(column => value(column) is not null).Select(column => $"\"{column.Physical}\":{value(column)}"));
            json.Append('}');
        }

        return json.Append('}').ToString();

        string? Bound(ModelColumn column, object? value) => value is null or bool or double.PositiveInfinity || column.Type == "binary"
            ? null
            : ModelTypes.Statistic(column.Type, value, prefix);
    }
}
