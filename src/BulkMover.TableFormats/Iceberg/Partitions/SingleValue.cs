using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>Decodes bounds (Iceberg spec, Appendix D, "Binary single-value serialization").</summary>
internal static class SingleValue
{
    /// <summary>
    /// The value, in the column's present type: a bound written before a type promotion is shorter and is widened ("Schema Evolution").
    /// Null when the bytes are no value of the type: a bound that cannot be read rules nothing out.
    /// </summary>
    public static Scalar? Decode(IArrowType type, byte[]? bytes) =>
        bytes is not null && Value(type, bytes) is { } value ? new Scalar(type, value) : null;

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
