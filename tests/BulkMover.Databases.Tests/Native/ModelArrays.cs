using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;

namespace BulkMover.Databases.Tests.Native;

/// <summary>
/// Arrow arrays from plain values: null, bool, integers as <see cref="BigInteger"/> or long, floats as double, decimals as unscaled
/// <see cref="BigInteger"/>, strings, bytes, lists and structs as object arrays, maps as arrays of [key, value]. The bytes behind a null are
/// 0xAA, and lists that are null own an item, as the Arrow format allows both.
/// </summary>
internal sealed class ModelArrays(MemoryAllocator? allocator = null)
{
    private readonly MemoryAllocator memory = allocator ?? MemoryAllocator.Default.Value;

    public RecordBatch Batch(Schema schema, params object?[][] rows) => new(
        schema, schema.FieldsList.Select((field, i) => Array(field, [.. rows.Select(row => row[i])])), rows.Length);

    public IArrowArray Array(Field field, object?[] values) => ArrowArrayFactory.BuildArray(Data(field.DataType, values));

    /// <summary>The same rows as a slice of an array with others before and behind them.</summary>
    public IArrowArray Sliced(Field field, object?[] values, int before, int behind)
    {
        object? other = values.FirstOrDefault(value => value is not null);
        ArrayData whole = Data(field.DataType, [.. Enumerable.Repeat(other, before), .. values, .. Enumerable.Repeat(other, behind)]);
        return ArrowArrayFactory.Slice(ArrowArrayFactory.BuildArray(whole), before, values.Length);
    }

    private ArrayData Data(IArrowType type, object?[] values)
    {
        int nulls = values.Count(value => value is null);
        ArrowBuffer validity = nulls == 0 ? ArrowBuffer.Empty : Bits(values.Select(value => value is not null));
        ArrayData Make(ArrowBuffer[] buffers, params ArrayData[] children) => new(type, values.Length, nulls, 0, buffers, children);

        switch (type)
        {
            case NullType:
                return new ArrayData(type, values.Length, values.Length, 0, System.Array.Empty<ArrowBuffer>(), System.Array.Empty<ArrayData>());
            case BooleanType:
                return Make([validity, Bits(values.Select(value => value is true or null))]);
            case DictionaryType dictionary:
                return Dictionary(dictionary, values, validity, nulls);
            case StringType or BinaryType:
                return Make([validity, Offsets(values.Select(ByteLength), 4), Buffer(values.SelectMany(Bytes))]);
            case LargeStringType or LargeBinaryType:
                return Make([validity, Offsets(values.Select(ByteLength), 8), Buffer(values.SelectMany(Bytes))]);
            case StringViewType or BinaryViewType:
                return Make([validity, .. Views(values)]);
            case MapType map:
                ArrayData entries = Data(new StructType([map.KeyField, map.ValueField]), Items(values, new object?[] { Any(map.KeyField), Any(map.ValueField) }));
                return Make([validity, Offsets(values.Select(ItemCount), 4)], entries);
            case ListType list:
                return Make([validity, Offsets(values.Select(ItemCount), 4)], Data(list.ValueDataType, Items(values, Any(list.ValueField))));
            case LargeListType list:
                return Make([validity, Offsets(values.Select(ItemCount), 8)], Data(list.ValueDataType, Items(values, Any(list.ValueField))));
            case FixedSizeListType list:
                object?[] filler = [.. Enumerable.Repeat(Any(list.ValueField), list.ListSize)];
                return Make([validity], Data(list.ValueDataType, [.. values.SelectMany(value => (object?[]?)value ?? filler)]));
            case StructType structure:
                return Make([validity], [.. structure.Fields.Select((field, i) =>
                    Data(field.DataType, [.. values.Select(value => value is null ? Any(field) : ((object?[])value)[i])]))]);
            default:
                int width = ((FixedWidthType)type).BitWidth / 8;
                return Make([validity, Buffer(values.SelectMany(value => Fixed(type, value, width)))]);
        }
    }

    private ArrayData Dictionary(DictionaryType type, object?[] values, ArrowBuffer validity, int nulls)
    {
        object[] distinct = [.. values.OfType<object>().Distinct()];
        IEnumerable<object?> indices = values.Select(value => value is null ? null : (object)(long)System.Array.IndexOf(distinct, value));
        int width = ((FixedWidthType)type.IndexType).BitWidth / 8;
        return new ArrayData(type, values.Length, nulls, 0,
            [validity, Buffer(indices.SelectMany(index => Fixed(type.IndexType, index, width)))], System.Array.Empty<ArrayData>(), Data(type.ValueType, distinct));
    }

    /// <summary>What a null's slot of a field may hold: a value that would be refused or seen if it counted.</summary>
    private static object? Any(Field field) => field.DataType switch
    {
        StringType => "hidden",
        ListType list => new[] { Any(list.ValueField) },
        _ => null,
    };

    private static int ItemCount(object? list) => list is object?[] items ? items.Length : 1;

    private static object?[] Items(object?[] lists, object? hidden) => [.. lists.SelectMany(list => (object?[]?)list ?? [hidden])];

    private static int ByteLength(object? value) => Bytes(value).Length;

    private static byte[] Bytes(object? value) => value switch
    {
        null => "hidden"u8.ToArray(),
        string text => Encoding.UTF8.GetBytes(text),
        _ => (byte[])value,
    };

    private static byte[] Fixed(IArrowType type, object? value, int width)
    {
        byte[] bytes = new byte[width];
        switch (value)
        {
            case null:
                bytes.AsSpan().Fill(0xAA);
                break;
            case byte[] same:
                same.CopyTo(bytes, 0);
                break;
            case double number when type is HalfFloatType:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)number);
                break;
            case double number when type is FloatType:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)number);
                break;
            case double number:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                break;
            default:
                BigInteger integer = value is BigInteger big ? big : Convert.ToInt64(value, null);
                bytes.AsSpan().Fill(integer.Sign < 0 ? (byte)0xFF : (byte)0);
                byte[] written = integer.ToByteArray();
                written.AsSpan(0, Math.Min(width, written.Length)).CopyTo(bytes);
                break;
        }

        return bytes;
    }

    private ArrowBuffer[] Views(object?[] values)
    {
        var views = new List<byte>();
        var data = new List<byte>();
        foreach (object? value in values)
        {
            byte[] bytes = Bytes(value);
            byte[] view = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(view, bytes.Length);
            bytes.AsSpan(0, Math.Min(bytes.Length, bytes.Length <= 12 ? 12 : 4)).CopyTo(view.AsSpan(4));
            if (bytes.Length > 12)
            {
                BinaryPrimitives.WriteInt32LittleEndian(view.AsSpan(12), data.Count);
                data.AddRange(bytes);
            }

            views.AddRange(view);
        }

        return [Buffer(views), Buffer(data)];
    }

    private ArrowBuffer Offsets(IEnumerable<int> lengths, int width)
    {
        var bytes = new List<byte>(new byte[width]);
        long end = 0;
        foreach (int length in lengths)
        {
            end += length;
            bytes.AddRange(BitConverter.GetBytes(end).AsSpan(0, width).ToArray());
        }

        return Buffer(bytes);
    }

    private ArrowBuffer Bits(IEnumerable<bool> bits)
    {
        var builder = new ArrowBuffer.BitmapBuilder();
        builder.AppendRange(bits);
        return builder.Build(memory);
    }

    private ArrowBuffer Buffer(IEnumerable<byte> bytes)
    {
        var builder = new ArrowBuffer.Builder<byte>();
        builder.AppendRange(bytes);
        return builder.Build(memory);
    }
}
