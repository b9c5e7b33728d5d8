using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Testing.Batches;

/// <summary>
/// Makes Arrow arrays of flat types from values of the forms of <see cref="Scalar.Value"/>, written byte by byte from the Arrow columnar
/// format. Rows before the offset and what lies under nulls is junk.
/// </summary>
public sealed class TestArrays(MemoryAllocator allocator, Random random)
{
    public IArrowArray Build(IArrowType type, IReadOnlyList<object?> values, int offset = 0)
    {
        object?[] slots = [.. Enumerable.Repeat((object?)null, offset), .. values];
        ArrayData data = type switch
        {
            DictionaryType dictionary => Dictionary(dictionary, slots),
            NullType => new ArrayData(type, slots.Length, slots.Length, 0, System.Array.Empty<ArrowBuffer>()),
            _ => Flat(type, slots),
        };
        int nulls = values.Count(value => value is null);
        return ArrowArrayFactory.BuildArray(
            new ArrayData(type, values.Count, nulls, offset, data.Buffers, data.Children, data.Dictionary));
    }

    private ArrayData Flat(IArrowType type, object?[] slots)
    {
        ArrowBuffer[] buffers = type.TypeId switch
        {
            ArrowTypeId.Boolean => [Bitmap(slots.Select(slot => slot is null ? random.Next(2) == 0 : (bool)slot))],
            ArrowTypeId.String or ArrowTypeId.Binary => Offsets(slots, sizeof(int)),
            ArrowTypeId.LargeString or ArrowTypeId.LargeBinary => Offsets(slots, sizeof(long)),
            ArrowTypeId.StringView or ArrowTypeId.BinaryView => Views(slots),
            _ => [Buffer([.. slots.SelectMany(slot => Fixed(((FixedWidthType)type).BitWidth / 8, slot))])],
        };
        return new ArrayData(type, slots.Length, -1, 0, [Bitmap(slots.Select(slot => slot is not null)), .. buffers]);
    }

    private ArrayData Dictionary(DictionaryType type, object?[] slots)
    {
        // Every value twice and one null, so that equal values have several indices and a null can hide in the dictionary.
        object?[] distinct = [.. slots.Where(slot => slot is not null).Distinct()];
        object?[] values = [null, .. distinct, .. distinct];
        long?[] indices = [.. slots.Select(slot => slot is null
            ? (random.Next(2) == 0 ? null : 0L)
            : (long?)(System.Array.IndexOf(distinct, slot) + 1 + random.Next(2) * distinct.Length))];
        ArrayData keys = Flat(type.IndexType, [.. indices.Select(index => (object?)index)]);
        return new ArrayData(type, slots.Length, -1, 0, keys.Buffers, [], Flat(type.ValueType, values));
    }

    private byte[] Fixed(int width, object? value)
    {
        byte[] bytes = new byte[width];
        switch (value)
        {
            case null:
                random.NextBytes(bytes);
                break;
            case byte[] raw:
                raw.CopyTo(bytes, 0);
                break;
            case double number when width == 2:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)number);
                break;
            case double number when width == 4:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)number);
                break;
            case double number:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
                break;
            default:
                BigInteger integer = value is BigInteger big ? big : value is ulong unsigned ? unsigned : (long)value;
                bytes.AsSpan().Fill(integer.Sign < 0 ? byte.MaxValue : (byte)0);
                byte[] digits = integer.ToByteArray();
                digits.AsSpan(0, Math.Min(digits.Length, width)).CopyTo(bytes);
                break;
        }

        return bytes;
    }

    private ArrowBuffer[] Offsets(object?[] slots, int width)
    {
        var offsets = new List<byte>(new byte[width]);
        var bytes = new List<byte>();
        foreach (object? slot in slots)
        {
            bytes.AddRange(slot as byte[] ?? new byte[random.Next(3)]);
            offsets.AddRange(Fixed(width, (long)bytes.Count));
        }

        return [Buffer([.. offsets]), Buffer([.. bytes])];
    }

    /// <summary>16 bytes a view: length, then up to 12 bytes, or 4 bytes of prefix, buffer index and offset.</summary>
    private ArrowBuffer[] Views(object?[] slots)
    {
        List<byte>[] data = [[], []];
        var views = new List<byte>();
        foreach (object? slot in slots)
        {
            byte[] value = slot as byte[] ?? [];
            byte[] view = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(view, value.Length);
            if (value.Length <= 12)
            {
                value.CopyTo(view, 4);
            }
            else
            {
                int buffer = random.Next(2);
                value.AsSpan(0, 4).CopyTo(view.AsSpan(4));
                BinaryPrimitives.WriteInt32LittleEndian(view.AsSpan(8), buffer);
                BinaryPrimitives.WriteInt32LittleEndian(view.AsSpan(12), data[buffer].Count);
                data[buffer].AddRange(value);
            }

            views.AddRange(view);
        }

        return [Buffer([.. views]), .. data.Select(bytes => Buffer([.. bytes]))];
    }

    private ArrowBuffer Bitmap(IEnumerable<bool> bits)
    {
        var bytes = new List<byte>();
        int count = 0;
        foreach (bool bit in bits)
        {
            if (count % 8 == 0)
                bytes.Add(0);
            bytes[^1] |= (byte)((bit ? 1 : 0) << (count++ % 8));
        }

        return Buffer([.. bytes]);
    }

    private ArrowBuffer Buffer(byte[] bytes) => bytes.Length == 0
        ? ArrowBuffer.Empty
        : new ArrowBuffer.Builder<byte>(bytes.Length).Append(bytes).Build(allocator);
}
