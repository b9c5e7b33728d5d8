using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>Decodes and encodes bounds (Iceberg spec, Appendix D, "Binary single-value serialization").</summary>
internal static class SingleValue
{
    /// <summary>
    /// The value, in the column's present type: a bound written before a type promotion is shorter and is widened ("Schema Evolution").
    /// Null when the bytes are no value of the type: a bound that cannot be read rules nothing out.
    /// </summary>
    public static Scalar? Decode(IArrowType type, byte[]? bytes) =>
        bytes is not null && Value(type, bytes) is { } value ? new Scalar(type, value) : null;

    /// <summary>A value as a column of the type stores it; null for a null, and for a value that the column's type does not hold as it is.</summary>
    public static byte[]? Encode(IArrowType type, Scalar scalar) => scalar.Value is { } value && IsHeldBy(type, scalar.Type) ? Bytes(type, value) : null;

    /// <summary>The same type, or one that it was promoted from.</summary>
    private static bool IsHeldBy(IArrowType type, IArrowType value) => (type, value) switch
    {
        (Int64Type, Int32Type) or (DoubleType, FloatType) => true,
        (Time64Type held, Time64Type given) => held.Unit == given.Unit,
        (TimestampType held, TimestampType given) => held.Unit == given.Unit,
        (Decimal128Type held, Decimal128Type given) => held.Scale == given.Scale && held.Precision >= given.Precision,
        _ => type.TypeId == value.TypeId,
    };

    private static byte[]? Bytes(IArrowType type, object value)
    {
        switch (type.TypeId, value)
        {
            case (ArrowTypeId.Boolean, bool truth):
                return [truth ? (byte)1 : (byte)0];
            case (ArrowTypeId.Int32 or ArrowTypeId.Date32, long number) when number is >= int.MinValue and <= int.MaxValue:
                return Filled(sizeof(int), bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)number));
            case (ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp, long number):
                return Filled(sizeof(long), bytes => BinaryPrimitives.WriteInt64LittleEndian(bytes, number));
            case (ArrowTypeId.Float, double number):
                return Filled(sizeof(float), bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)number));
            case (ArrowTypeId.Double, double number):
                return Filled(sizeof(double), bytes => BinaryPrimitives.WriteDoubleLittleEndian(bytes, number));
            case (ArrowTypeId.Decimal128, BigInteger unscaled):
                return unscaled.ToByteArray(isBigEndian: true);
            case (ArrowTypeId.String or ArrowTypeId.Binary or ArrowTypeId.FixedSizedBinary, byte[] text):
                return text;
            default:
                return null;
        }
    }

    private static byte[] Filled(int length, Action<byte[]> fill)
    {
        byte[] bytes = new byte[length];
        fill(bytes);
        return bytes;
    }

    private static object? Value(IArrowType type, byte[] bytes) => type.TypeId switch
    {
        ArrowTypeId.Boolean => bytes.Length == 1 ? bytes[0] != 0 : null,
        ArrowTypeId.Int32 or ArrowTypeId.Date32 => bytes.Length == sizeof(int) ? (long)BinaryPrimitives.ReadInt32LittleEndian(bytes) : null,
        ArrowTypeId.Int64 => WholeNumber(bytes),
        ArrowTypeId.Time64 or ArrowTypeId.Timestamp => bytes.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : null,
        ArrowTypeId.Float or ArrowTypeId.Double => FloatingPoint(bytes),
        ArrowTypeId.Decimal128 => bytes.Length is > 0 and <= 16 ? new BigInteger(bytes, isBigEndian: true) : null,
        ArrowTypeId.String or ArrowTypeId.Binary or ArrowTypeId.FixedSizedBinary => bytes,
        _ => null,
    };

    private static object? WholeNumber(byte[] bytes) => bytes.Length switch
    {
        sizeof(int) => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes),
        sizeof(long) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => null,
    };

    private static object? FloatingPoint(byte[] bytes) => bytes.Length switch
    {
        sizeof(float) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        sizeof(double) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => null,
    };
}
