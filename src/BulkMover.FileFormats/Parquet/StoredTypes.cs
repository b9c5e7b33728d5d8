using Apache.Arrow.Types;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>The shapes for what the native reader gives as it is stored: see <see cref="ArrowSchemas"/>.</summary>
internal static class StoredTypes
{
    /// <summary>Null when the native reader gives the file's type itself.</summary>
    public static ColumnShape? Decode(IArrowType stored, IArrowType from, IArrowType to, ShapeContext context) => (stored, from, to) switch
    {
        (FixedSizeBinaryType, TimestampType, TimestampType wanted) => new Int96Shape(wanted, context),
        (BinaryType, Decimal128Type or Decimal256Type, _) when LeafShapes.Find(from, to, context) is not null => new BinaryDecimalShape(from, to, context),
        (FixedSizeBinaryType, StructType, _) when IntervalShape.Fits(to) => new IntervalShape(),
        (Int32Type, Int8Type or Int16Type or UInt8Type or UInt16Type, _) when LeafShapes.Find(from, to, context) is not null =>
            SmallIntegerShapes.Of(from, to, context),
        (FixedSizeBinaryType, TimestampType or StructType, _) or (BinaryType, Decimal128Type or Decimal256Type, _) => throw context.TypesDiffer(from, new("", to, true)),
        _ => null,
    };
}
