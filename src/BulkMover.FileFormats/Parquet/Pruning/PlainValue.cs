using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>
/// A literal of the table as a file stores it: in plain encoding, byte arrays without their length (Encodings.md, "PLAIN"; BloomFilter.md).
/// Only where one value has one form, but for the two zeros of floats. So there is none for 8- and 16-bit integers, of which the format does not say
/// what bits beyond them mean; decimals in byte arrays, which may be padded; another unit or scale than the table's; INT96 and booleans.
/// </summary>
internal static class PlainValue
{
    /// <param name="type">The column's type as the file is read.</param>
    /// <param name="leaf">The column in the file's schema.</param>
    /// <param name="literal">Of the table's type, to which the file's may have been widened.</param>
    /// <returns>XXH64 of each form that the file may hold it in; null when that is not known.</returns>
    public static ulong[]? HashesOf(IArrowType type, SchemaElement leaf, Scalar literal) => (leaf.Type, type, literal.Value) switch
    {
        (PhysicalType.Int32, Int32Type, long value) when IsInteger(literal.Type) && value == (int)value => [OfInt32((int)value)],
        (PhysicalType.Int32, UInt32Type, _) when Integer(literal) is { } value && value == (uint)value => [OfInt32((int)(uint)value)],
        (PhysicalType.Int64, Int64Type, long value) when IsInteger(literal.Type) => [OfInt64(value)],
        (PhysicalType.Int64, UInt64Type, _) when Integer(literal) is { } value && value == (ulong)value => [OfInt64((long)(ulong)value)],
        (PhysicalType.Int32, Date32Type, long value) when literal.Type is Date32Type && value == (int)value => [OfInt32((int)value)],
        (PhysicalType.Int32, Time32Type a, long value) when literal.Type is Time32Type b && a.Unit == b.Unit && value == (int)value => [OfInt32((int)value)],
        (PhysicalType.Int64, Time64Type a, long value) when literal.Type is Time64Type b && a.Unit == b.Unit => [OfInt64(value)],
        (PhysicalType.Int64, TimestampType a, long value) when literal.Type is TimestampType b && a.Unit == b.Unit => [OfInt64(value)],
        (_, Decimal128Type or Decimal256Type, BigInteger value) when Scale(type) == Scale(literal.Type) => OfDecimal(leaf, value),
        (PhysicalType.Float, FloatType, double value) when (float)value == value => Both(value, zero => OfInt32(BitConverter.SingleToInt32Bits((float)zero))),
        (PhysicalType.Double, DoubleType, double value) when !double.IsNaN(value) => Both(value, zero => OfInt64(BitConverter.DoubleToInt64Bits(zero))),
        (PhysicalType.ByteArray, StringType or BinaryType, byte[] value) => [XxHash64.HashToUInt64(value)],
        (PhysicalType.FixedLenByteArray, FixedSizeBinaryType { TypeId: ArrowTypeId.FixedSizedBinary } fixedSize, byte[] value)
            when value.Length == fixedSize.ByteWidth && leaf.TypeLength == fixedSize.ByteWidth => [XxHash64.HashToUInt64(value)],
        _ => null,
    };

    private static ulong[]? OfDecimal(SchemaElement leaf, BigInteger value)
    {
        switch (leaf.Type)
        {
            case PhysicalType.Int32 when value >= int.MinValue && value <= int.MaxValue:
                return [OfInt32((int)value)];
            case PhysicalType.Int64 when value >= long.MinValue && value <= long.MaxValue:
                return [OfInt64((long)value)];
            case PhysicalType.FixedLenByteArray when leaf.TypeLength is { } length and > 0 && value.GetByteCount() <= length:
                byte[] bytes = new byte[length];
                bytes.AsSpan().Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
                value.TryWriteBytes(bytes.AsSpan(length - value.GetByteCount()), out _, isUnsigned: false, isBigEndian: true);
                return [XxHash64.HashToUInt64(bytes)];
            default:
                return null;
        }
    }

    /// <summary>0.0 and -0.0 are equal and stored differently.</summary>
    private static ulong[] Both(double value, Func<double, ulong> hash) => value == 0 ? [hash(0.0), hash(-0.0)] : [hash(value)];

    private static ulong OfInt32(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return XxHash64.HashToUInt64(bytes);
    }

    private static ulong OfInt64(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return XxHash64.HashToUInt64(bytes);
    }

    private static Int128? Integer(Scalar literal) => literal.Value switch
    {
        long value when IsInteger(literal.Type) => value,
        ulong value => value,
        _ => null,
    };

    private static bool IsInteger(IArrowType type) =>
        type is Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type or UInt64Type;

    private static int? Scale(IArrowType type) => type switch
    {
        Decimal128Type narrow => narrow.Scale,
        Decimal256Type wide => wide.Scale,
        _ => null,
    };
}
