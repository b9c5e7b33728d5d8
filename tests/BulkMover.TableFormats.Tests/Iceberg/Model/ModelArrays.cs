using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Testing.Batches;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>Rows of the model as Arrow batches.</summary>
internal sealed class ModelArrays(Random random)
{
    private readonly TestArrays arrays = new(MemoryAllocator.Default.Value, random);

    public RecordBatch Batch(IReadOnlyList<ModelColumn> columns, IReadOnlyList<ModelRow> rows) =>
        new(new Schema([.. columns.Select(column => column.ToArrow())], null), columns.Select(column => Array(column, rows)), rows.Count);

    private IArrowArray Array(ModelColumn column, IReadOnlyList<ModelRow> rows)
    {
        object?[] values = [.. rows.Select(row => row[column.Id])];
        if (column.IsPrimitive)
            return arrays.Build(column.Type!.Arrow, values);

        ArrowBuffer validity = Validity(values);
        int nulls = values.Count(value => value is null);
        if (!column.IsList)
            return new StructArray(column.ToArrow().DataType, rows.Count, column.Fields.Select(field => Array(field, rows)), validity, nulls);

        object?[][] lists = [.. values.Select(value => (object?[]?)value ?? [])];
        var offsets = new ArrowBuffer.Builder<int>().Append(0);
        int end = 0;
        foreach (object?[] list in lists)
            offsets.Append(end += list.Length);
        return new ListArray((ListType)column.ToArrow().DataType, rows.Count, offsets.Build(), arrays.Build(column.Type!.Arrow, [.. lists.SelectMany(list => list)]), validity, nulls);
    }

    private static ArrowBuffer Validity(object?[] values)
    {
        var bits = new ArrowBuffer.BitmapBuilder();
        foreach (object? value in values)
            bits.Append(value is not null);
        return bits.Build();
    }
}
