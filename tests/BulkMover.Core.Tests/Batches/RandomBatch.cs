using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Testing.Batches;

namespace BulkMover.Core.Tests.Batches;

/// <summary>Batches of every layout that is read, nested three deep, with offsets at every level and nulls above values.</summary>
internal sealed class RandomBatch(MemoryAllocator allocator, Random random)
{
    private static readonly IArrowType[] FlatTypes =
    [
        BooleanType.Default, Int8Type.Default, UInt16Type.Default, Int32Type.Default, Int64Type.Default, DoubleType.Default,
        new Decimal32Type(9, 2), new Decimal64Type(18, 3), new Decimal128Type(38, 4), new Decimal256Type(76, 5),
        Date32Type.Default, new Time64Type(TimeUnit.Microsecond), new TimestampType(TimeUnit.Nanosecond, "UTC"),
        StringType.Default, LargeStringType.Default, StringViewType.Default, BinaryType.Default, LargeBinaryType.Default,
        BinaryViewType.Default, new FixedSizeBinaryType(3), new FixedSizeBinaryType(16),
        new DictionaryType(Int16Type.Default, StringType.Default, false), NullType.Default, new GuidType(),
    ];

    private readonly TestArrays flat = new(allocator, random);

    public RecordBatch Build(int rows)
    {
        List<IArrowArray> columns = [.. FlatTypes.Select(type => Flat(type, rows))];
        foreach (IArrowType type in FlatTypes)
        {
            columns.Add(Nested(rows, length => Flat(type, length)));
            columns.Add(Nested(rows, length => Nested(length, inner => Nested(inner, innermost => Flat(type, innermost)))));
        }

        Field[] fields = [.. columns.Select((column, i) => new Field($"c{i}", column.Data.DataType, nullable: true))];
        return new RecordBatch(new Schema(fields, null), columns, rows);
    }

    private IArrowArray Nested(int rows, Func<int, IArrowArray> child) => random.Next(5) switch
    {
        0 => Lists(rows, child, (type, length, buffers, values) => new ArrayData(new ListType(type), length, -1, 0, buffers, values), sizeof(int)),
        1 => Lists(rows, child, (type, length, buffers, values) => new ArrayData(new LargeListType(type), length, -1, 0, buffers, values), sizeof(long)),
        2 => Maps(rows, child),
        3 => FixedSizeList(rows, child),
        _ => Struct(rows, child),
    };

    private IArrowArray Flat(IArrowType type, int rows)
    {
        object?[] values = [.. Enumerable.Range(0, rows).Select(_ => random.Next(4) == 0 ? null : Value(type is DictionaryType d ? d.ValueType : type))];
        IArrowType storage = type is ExtensionType extension ? extension.StorageType : type;
        IArrowArray array = flat.Build(storage, storage is NullType ? new object?[rows] : values, random.Next(10));
        return type is ExtensionType wrapped ? wrapped.CreateArray(array) : array;
    }

    private object Value(IArrowType type) => type switch
    {
        BooleanType => random.Next(2) == 0,
        FloatingPointType => random.NextDouble(),
        StringType or LargeStringType or StringViewType or BinaryType or LargeBinaryType or BinaryViewType =>
            System.Text.Encoding.UTF8.GetBytes(new string((char)('a' + random.Next(26)), random.Next(20))),
        FixedSizeBinaryType { TypeId: ArrowTypeId.FixedSizedBinary } fixedSize => Bytes(fixedSize.ByteWidth),
        GuidType => Bytes(16),
        _ => (long)random.Next(100),
    };

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private IArrowArray Lists(
        int rows, Func<int, IArrowArray> child, Func<IArrowType, int, ArrowBuffer[], ArrayData[], ArrayData> list, int offsetBytes)
    {
        (int before, ArrowBuffer validity, ArrowBuffer offsets, int total) = Shape(rows, offsetBytes);
        ArrayData values = child(total).Data;
        return Slice(list(values.DataType, before + rows, [validity, offsets], [values]), before, rows);
    }

    private IArrowArray Maps(int rows, Func<int, IArrowArray> child)
    {
        (int before, ArrowBuffer validity, ArrowBuffer offsets, int total) = Shape(rows, sizeof(int));
        IArrowArray keys = flat.Build(Int64Type.Default, [.. Enumerable.Range(0, total).Select(i => (object)(long)i)]), values = child(total);
        var type = new MapType(new Field("key", Int64Type.Default, false), new Field("value", values.Data.DataType, true));
        var entries = new ArrayData(type.KeyValueType, total, 0, 0, [ArrowBuffer.Empty], [keys.Data, values.Data]);
        return Slice(new ArrayData(type, before + rows, -1, 0, [validity, offsets], [entries]), before, rows);
    }

    private IArrowArray FixedSizeList(int rows, Func<int, IArrowArray> child)
    {
        int before = random.Next(5), size = random.Next(1, 4);
        ArrayData values = child((before + rows) * size).Data;
        var type = new FixedSizeListType(values.DataType, size);
        return Slice(new ArrayData(type, before + rows, -1, 0, [Validity(before + rows)], [values]), before, rows);
    }

    private IArrowArray Struct(int rows, Func<int, IArrowArray> child)
    {
        int before = random.Next(5);
        ArrayData values = child(before + rows).Data, more = Flat(Int32Type.Default, before + rows).Data;
        var type = new StructType([new Field("a", values.DataType, true), new Field("b", more.DataType, true)]);
        return Slice(new ArrayData(type, before + rows, -1, 0, [Validity(before + rows)], [values, more]), before, rows);
    }

    private (int Before, ArrowBuffer Validity, ArrowBuffer Offsets, int Total) Shape(int rows, int offsetBytes)
    {
        int before = random.Next(5), total = random.Next(3);
        var bytes = new List<byte>(Offset(total, offsetBytes));
        for (int i = 0; i < before + rows; i++)
            bytes.AddRange(Offset(total += random.Next(4), offsetBytes));
        return (before, Validity(before + rows), Buffer(bytes), total);
    }

    private static byte[] Offset(int value, int width) => width == sizeof(int) ? BitConverter.GetBytes(value) : BitConverter.GetBytes((long)value);

    private ArrowBuffer Validity(int rows) => random.Next(4) == 0 ? ArrowBuffer.Empty : Buffer(Bytes(rows / 8 + 1));

    private ArrowBuffer Buffer(IReadOnlyCollection<byte> bytes) => new ArrowBuffer.Builder<byte>(bytes.Count).AppendRange(bytes).Build(allocator);

    /// <summary>The part of it, owning its memory.</summary>
    private static IArrowArray Slice(ArrayData data, int offset, int length) => ArrowArrayFactory.BuildArray(data.Slice(offset, length));
}
