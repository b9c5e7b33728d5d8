using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Testing.Batches;

namespace BulkMover.FileFormats.Tests.Variants;

/// <summary>
/// Arrays of nested types from rows: null, for a struct an array of its members, for a list or map a <see cref="List{T}"/> of its elements or
/// entries, else a value as <see cref="TestArrays"/> takes it.
/// </summary>
internal static class NestedRows
{
    public static ArrayData Build(MemoryAllocator allocator, IArrowType type, IReadOnlyList<object?> rows)
    {
        switch (type)
        {
            case StructType structure:
                ArrayData[] members = [.. structure.Fields.Select((field, i) => AsDeclared(field, Build(allocator, field.DataType, [.. rows.Select(row => ((object?[]?)row)?[i])])))];
                return new ArrayData(type, rows.Count, rows.Count(row => row is null), 0, [Validity(allocator, rows)], members);
            case ListType or MapType:
                List<object?>[] items = [.. rows.Select(row => (List<object?>?)row ?? [])];
                var offsets = new ArrowBuffer.Builder<int>().Append(0);
                int end = 0;
                foreach (List<object?> item in items)
                    offsets.Append(end += item.Count);
                return new ArrayData(type, rows.Count, rows.Count(row => row is null), 0, [Validity(allocator, rows), offsets.Build(allocator)],
                    [Build(allocator, type is MapType map ? map.KeyValueType : ((ListType)type).ValueDataType, [.. items.SelectMany(item => item)])]);
            default:
                return new TestArrays(allocator, new Random(1)).Build(type, rows).Data;
        }
    }

    /// <summary>What must not be null has no validity: where its struct is null, it is whatever it is.</summary>
    private static ArrayData AsDeclared(Field field, ArrayData data)
    {
        if (field.IsNullable)
            return data;
        data.Buffers[0].Dispose();
        return new ArrayData(data.DataType, data.Length, 0, data.Offset, [ArrowBuffer.Empty, .. data.Buffers[1..]], data.Children);
    }

    private static ArrowBuffer Validity(MemoryAllocator allocator, IReadOnlyList<object?> rows)
    {
        var bits = new ArrowBuffer.BitmapBuilder();
        foreach (object? row in rows)
            bits.Append(row is not null);
        return bits.Build(allocator);
    }
}
