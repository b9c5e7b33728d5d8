using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Reads statistics of a chunk or page as bounds (parquet.thrift, "Statistics", "ColumnOrder"). Whatever is in doubt is left out.</summary>
internal static class ColumnBounds
{
    /// <param name="field">The column as the file is read; its type is that of the bounds.</param>
    /// <param name="leaf">The column in the file's schema.</param>
    /// <param name="chunk">Its values.</param>
    /// <param name="order">What its bounds are ordered by.</param>
    public static ColumnStatistics? Of(Field field, SchemaNode leaf, ParquetColumnChunk chunk, ColumnOrder order)
    {
        return leaf.IsLeaf && !leaf.IsRepeated && chunk.Statistics is { } statistics ? Of(field, leaf, statistics, chunk.Values, order) : null;
    }

    /// <summary>As above, of <paramref name="values"/> values, nulls included, of a leaf that is not repeated.</summary>
    public static ColumnStatistics Of(Field field, SchemaNode leaf, ParquetStatistics statistics, long values, ColumnOrder order)
    {
        long? nulls = statistics.NullCount >= 0 && statistics.NullCount <= values ? statistics.NullCount : null;
        (byte[]? min, byte[]? max) = Stored(statistics, leaf.Element, field.DataType, order);
        // Writers that have no bound of text leave it empty, which is below all others: as a greatest value it says nothing.
        Scalar? low = Bound(field.DataType, leaf.Element, min), high = max is [] ? null : Bound(field.DataType, leaf.Element, max);
        if (low is not null && high is not null && ScalarComparer.Compare(low, high) is null or > 0)
            (low, high) = (null, null);
        return new ColumnStatistics(low, high, nulls, values);
    }

    private static (byte[]? Min, byte[]? Max) Stored(ParquetStatistics statistics, SchemaElement leaf, IArrowType type, ColumnOrder order)
    {
        if (!HasKnownOrder(leaf))
            return (null, null);
        bool isFloat = type is HalfFloatType or FloatType or DoubleType;
        if (order == ColumnOrder.TypeDefined || (order == ColumnOrder.Ieee754Total && isFloat))
            return (statistics.MinValue, statistics.MaxValue);

        // The older fields were compared as signed values, which is the order of these types only.
        bool isSigned = leaf.Type is PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float or PhysicalType.Double
            && type is not (UInt8Type or UInt16Type or UInt32Type or UInt64Type);
        return isSigned ? (statistics.LegacyMin, statistics.LegacyMax) : (null, null);
    }

    /// <summary>INT96 has no order that writers agree on, these types none at all, and what is not known may have any.</summary>
    private static bool HasKnownOrder(SchemaElement leaf) => leaf.Type != PhysicalType.Int96 && leaf switch
    {
        { Logical.Kind: LogicalTypeKind.Geometry or LogicalTypeKind.Geography or LogicalTypeKind.Variant or LogicalTypeKind.Vector } => false,
        { Logical: { } logical } => Enum.IsDefined(logical.Kind),
        { Converted: { } converted } => converted != ConvertedType.Interval && Enum.IsDefined(converted),
        _ => true,
    };

    /// <summary>Null when the bytes are not a value of the type, and for NaN, which bounds nothing.</summary>
    private static Scalar? Bound(IArrowType type, SchemaElement leaf, byte[]? bytes)
    {
        object? value = bytes is null ? null : Value(type, leaf, bytes);
        return value is null or double.NaN ? null : new Scalar(type, value);
    }

    private static object? Value(IArrowType type, SchemaElement leaf, byte[] bytes) => (leaf.Type, bytes.Length) switch
    {
        (PhysicalType.Boolean, 1) => bytes[0] != 0,
        (PhysicalType.Int32, sizeof(int)) => Integer(type, BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        (PhysicalType.Int64, sizeof(long)) => Integer(type, BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        (PhysicalType.Float, sizeof(float)) => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        (PhysicalType.Double, sizeof(double)) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        // What was cut is another number, not a bound of it.
        (PhysicalType.FixedLenByteArray, var length) when type is Decimal128Type or Decimal256Type && length != leaf.TypeLength => null,
        (PhysicalType.ByteArray, 0) when type is Decimal128Type or Decimal256Type => null,
        (PhysicalType.ByteArray or PhysicalType.FixedLenByteArray, _) => Bytes(type, bytes),
        _ => null,
    };

    private static object? Integer(IArrowType type, long signed, ulong unsigned) => type switch
    {
        Decimal128Type or Decimal256Type => new BigInteger(signed),
        UInt64Type => unsigned,
        UInt8Type or UInt16Type or UInt32Type => (long)unsigned,
        NullType => null,
        _ => signed,
    };

    private static object? Bytes(IArrowType type, byte[] bytes) => type switch
    {
        // Before FixedSizeBinaryType, from which decimals derive.
        Decimal128Type or Decimal256Type => new BigInteger(bytes, isUnsigned: false, isBigEndian: true),
        HalfFloatType when bytes.Length == 2 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        StringType or BinaryType => bytes,
        FixedSizeBinaryType binary when bytes.Length == binary.ByteWidth => bytes,
        _ => null,
    };
}
