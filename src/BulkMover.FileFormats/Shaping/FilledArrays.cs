using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Arrays that hold one value in every row: a null, or a constant or default of the table's metadata.</summary>
internal static class FilledArrays
{
    public static ArrayData Nulls(IArrowType type, int length, TakenBuffers buffers)
    {
        if (type.TypeId == ArrowTypeId.Null)
            return new ArrayData(type, length, length, 0, System.Array.Empty<ArrowBuffer>());

        ArrowBuffer validity = Zeroed((length + 7) / 8, buffers);
        return type switch
        {
            StructType s => new ArrayData(type, length, length, 0, [validity], [.. s.Fields.Select(field => Nulls(field.DataType, length, buffers))]),
            MapType map => new ArrayData(type, length, length, 0, [validity, Offsets(length, buffers)], [Nulls(map.KeyValueType, 0, buffers)]),
            ListType list => new ArrayData(type, length, length, 0, [validity, Offsets(length, buffers)], [Nulls(list.ValueDataType, 0, buffers)]),
            StringType or BinaryType => new ArrayData(type, length, length, 0, [validity, Offsets(length, buffers), ArrowBuffer.Empty], children: null),
            FixedWidthType fixedWidth =>
                new ArrayData(type, length, length, 0, [validity, Zeroed(checked((int)((((long)length * fixedWidth.BitWidth) + 7) / 8)), buffers)], children: null),
            _ => throw new UnsupportedFeatureException("file.type_unsupported", $"A column of type {type.Name} cannot be filled with nulls."),
        };
    }

    /// <param name="field">The field.</param>
    /// <param name="scalar">The value; null for nulls.</param>
    /// <param name="length">Rows.</param>
    /// <param name="buffers">Where memory comes from.</param>
    /// <exception cref="UnsupportedFeatureException">The value is not of the type.</exception>
    public static ArrayData Constant(Field field, Scalar? scalar, int length, TakenBuffers buffers)
    {
        IArrowType type = field.DataType;
        return (type, scalar?.Value) switch
        {
            (_, null) => Nulls(type, length, buffers),
            (StructType group, StructDefault) => new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty],
                [.. group.Fields.Select(member => Constant(member, member.InitialDefault(), length, buffers))]),
            (BooleanType, bool value) => Bits(type, value, length, buffers),
            (StringType or BinaryType, byte[] value) => Text(type, value, length, buffers),
            (FixedSizeBinaryType binary, byte[] value) when value.Length == binary.ByteWidth => Fixed(type, value, length, buffers),
            (Decimal128Type or Decimal256Type, BigInteger value) => Fixed(type, LittleEndian(value, ((FixedWidthType)type).BitWidth / 8), length, buffers),
            (HalfFloatType, double value) => Fixed(type, Bytes(BitConverter.HalfToUInt16Bits((Half)value), 2), length, buffers),
            (FloatType, double value) => Fixed(type, Bytes(BitConverter.SingleToUInt32Bits((float)value), 4), length, buffers),
            (DoubleType, double value) => Fixed(type, Bytes(BitConverter.DoubleToUInt64Bits(value), 8), length, buffers),
            (UInt64Type, ulong value) => Fixed(type, Bytes(value, 8), length, buffers),
            (FixedWidthType { BitWidth: 8 or 16 or 32 or 64 } integer, long value) =>
                Fixed(type, Bytes((ulong)value, integer.BitWidth / 8), length, buffers),
            _ => throw new UnsupportedFeatureException("file.constant_unsupported",
                $"Column '{field.Name}' has type {SourceType.Describe(field)}, but the table's metadata gives it a value of type {scalar!.Type.Name}."),
        };
    }

    /// <summary>Bytes that <see cref="Constant"/> takes for a row.</summary>
    public static double RowBytes(IArrowType type, Scalar? scalar) => (1.0 / 8) + (type, scalar?.Value) switch
    {
        (StructType group, StructDefault) => group.Fields.Sum(member => RowBytes(member.DataType, member.InitialDefault())),
        (StructType group, _) => group.Fields.Sum(member => RowBytes(member.DataType, null)),
        (StringType or BinaryType, byte[] text) => sizeof(int) + text.Length,
        (FixedWidthType fixedWidth, _) => fixedWidth.BitWidth / 8.0,
        _ => sizeof(int),
    };

    private static ArrayData Fixed(IArrowType type, ReadOnlySpan<byte> value, int length, TakenBuffers buffers)
    {
        ArrowBuffer values = buffers.Allocate(checked(value.Length * length), out Span<byte> target);
        Repeat(value, target);
        return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, values], children: null);
    }

    private static ArrayData Bits(IArrowType type, bool value, int length, TakenBuffers buffers)
    {
        ArrowBuffer bits = buffers.Allocate((length + 7) / 8, out Span<byte> target);
        target.Fill(value ? (byte)0xFF : (byte)0);
        return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, bits], children: null);
    }

    private static ArrayData Text(IArrowType type, byte[] value, int length, TakenBuffers buffers)
    {
        if ((long)value.Length * length > int.MaxValue)
            throw new UnsupportedFeatureException("file.constant_too_long", $"A value of {value.Length:N0} bytes in the table's metadata does not fit into {length:N0} rows at a time.");
        ArrowBuffer offsets = buffers.Allocate(checked((length + 1) * sizeof(int)), out Span<byte> offsetBytes);
        Span<int> ends = MemoryMarshal.Cast<byte, int>(offsetBytes);
        for (int i = 0; i < ends.Length; i++)
            ends[i] = i * value.Length;
        ArrowBuffer values = buffers.Allocate(value.Length * length, out Span<byte> target);
        Repeat(value, target);
        return new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, offsets, values], children: null);
    }

    /// <summary>Doubles what is filled already, so that short values are not copied one by one.</summary>
    private static void Repeat(ReadOnlySpan<byte> value, Span<byte> target)
    {
        if (target.IsEmpty)
            return;
        value.CopyTo(target);
        for (int done = value.Length; done < target.Length; done *= 2)
            target[..Math.Min(done, target.Length - done)].CopyTo(target[done..]);
    }

    private static ArrowBuffer Offsets(int length, TakenBuffers buffers) => Zeroed(checked((length + 1) * sizeof(int)), buffers);

    private static ArrowBuffer Zeroed(int bytes, TakenBuffers buffers)
    {
        ArrowBuffer buffer = buffers.Allocate(bytes, out Span<byte> memory);
        memory.Clear();
        return buffer;
    }

    private static byte[] Bytes(ulong value, int count)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..count];
    }

    private static byte[] LittleEndian(BigInteger value, int count)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
        return value.TryWriteBytes(bytes, out _)
            ? bytes
            : throw new ValueOutOfRangeException("file.value_out_of_range", $"The table's metadata has {value}, which does not fit into {count} bytes.");
    }
}
