using System.Numerics;
using Apache.Arrow.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>
/// Which types of a file can be read as which types of a table: equal ones, and those that widen without loss (Iceberg spec, "Schema
/// Evolution"; Delta PROTOCOL.md, "Type Widening").
/// </summary>
internal static class LeafShapes
{
    /// <summary>The shape, or null when the types do not fit.</summary>
    public static ColumnShape? Find(IArrowType from, IArrowType to, ShapeContext context) => (from, to) switch
    {
        (NullType, _) => new NullShape(to),
        (TimestampType a, TimestampType b) => ChangeUnit<long, long>(a.Unit, b.Unit, to, context),
        (Time32Type a, Time64Type b) => ChangeUnit<int, long>(a.Unit, b.Unit, to, context),
        (Time64Type a, Time64Type b) => ChangeUnit<long, long>(a.Unit, b.Unit, to, context),
        (Time32Type a, Time32Type b) => a.Unit == b.Unit ? new SharedShape(to) : null,
        // Midnight in which zone? Both specifications allow the one without only.
        (Date32Type, TimestampType { Timezone: null or "" } b) => new ConvertedShape<int, long, Finer<int>>(to, new(86_400 * PerSecond(b.Unit)), context),
        (Decimal128Type a, Decimal128Type or Decimal256Type) => WidenDecimal(a, to, context),
        (Decimal256Type a, Decimal256Type) => WidenDecimal(a, to, context),
        (FixedSizeBinaryType and not (Decimal128Type or Decimal256Type), FixedSizeBinaryType and not (Decimal128Type or Decimal256Type)) =>
            ((FixedSizeBinaryType)from).ByteWidth == ((FixedSizeBinaryType)to).ByteWidth ? new SharedShape(to) : null,
        (StringType or BinaryType, StringType or BinaryType) => new SharedShape(to),
        (_, Decimal128Type or Decimal256Type) => NumberToDecimal(from, to, context),
        _ when from.TypeId == to.TypeId && from is FixedWidthType => new SharedShape(to),
        _ => Number(from.TypeId, to, context),
    };

    private static ColumnShape? Number(ArrowTypeId from, IArrowType to, ShapeContext context) => (from, to.TypeId) switch
    {
        (ArrowTypeId.Int8, ArrowTypeId.Int16) => Widen<sbyte, short>(to, context),
        (ArrowTypeId.Int8, ArrowTypeId.Int32) => Widen<sbyte, int>(to, context),
        (ArrowTypeId.Int8, ArrowTypeId.Int64) => Widen<sbyte, long>(to, context),
        (ArrowTypeId.Int8, ArrowTypeId.Double) => Widen<sbyte, double>(to, context),
        (ArrowTypeId.Int16, ArrowTypeId.Int32) => Widen<short, int>(to, context),
        (ArrowTypeId.Int16, ArrowTypeId.Int64) => Widen<short, long>(to, context),
        (ArrowTypeId.Int16, ArrowTypeId.Double) => Widen<short, double>(to, context),
        (ArrowTypeId.Int32, ArrowTypeId.Int64) => Widen<int, long>(to, context),
        (ArrowTypeId.Int32, ArrowTypeId.Double) => Widen<int, double>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.UInt16) => Widen<byte, ushort>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.UInt32) => Widen<byte, uint>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.UInt64) => Widen<byte, ulong>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.Int16) => Widen<byte, short>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.Int32) => Widen<byte, int>(to, context),
        (ArrowTypeId.UInt8, ArrowTypeId.Int64) => Widen<byte, long>(to, context),
        (ArrowTypeId.UInt16, ArrowTypeId.UInt32) => Widen<ushort, uint>(to, context),
        (ArrowTypeId.UInt16, ArrowTypeId.UInt64) => Widen<ushort, ulong>(to, context),
        (ArrowTypeId.UInt16, ArrowTypeId.Int32) => Widen<ushort, int>(to, context),
        (ArrowTypeId.UInt16, ArrowTypeId.Int64) => Widen<ushort, long>(to, context),
        (ArrowTypeId.UInt32, ArrowTypeId.UInt64) => Widen<uint, ulong>(to, context),
        (ArrowTypeId.UInt32, ArrowTypeId.Int64) => Widen<uint, long>(to, context),
        (ArrowTypeId.HalfFloat, ArrowTypeId.Float) => Widen<Half, float>(to, context),
        (ArrowTypeId.HalfFloat, ArrowTypeId.Double) => Widen<Half, double>(to, context),
        (ArrowTypeId.Float, ArrowTypeId.Double) => Widen<float, double>(to, context),
        // Parquet stores small integers in 32 bits, and not every writer says that they are small.
        (ArrowTypeId.Int32, ArrowTypeId.Int8) => new ConvertedShape<int, sbyte, Narrow<sbyte>>(to, default, context),
        (ArrowTypeId.Int32, ArrowTypeId.Int16) => new ConvertedShape<int, short, Narrow<short>>(to, default, context),
        _ => null,
    };

    private static ConvertedShape<TFrom, TTo, Widen<TFrom, TTo>> Widen<TFrom, TTo>(IArrowType to, ShapeContext context)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : unmanaged, INumberBase<TTo> => new(to, default, context);

    /// <summary>A time zone is only a name: with one or without, the stored number stays.</summary>
    private static ColumnShape ChangeUnit<TFrom, TTo>(TimeUnit from, TimeUnit to, IArrowType type, ShapeContext context)
        where TFrom : unmanaged, IBinaryInteger<TFrom>
    {
        long old = PerSecond(from), wanted = PerSecond(to);
        if (typeof(TFrom) == typeof(TTo) && old == wanted)
            return new SharedShape(type);
        return wanted >= old
            ? new ConvertedShape<TFrom, long, Finer<TFrom>>(type, new(wanted / old), context)
            : new ConvertedShape<long, long, Coarser<long>>(type, new(old / wanted), context);
    }

    private static ColumnShape? WidenDecimal(IArrowType from, IArrowType to, ShapeContext context)
    {
        (int precision, int scale) = Digits(from);
        (int wantedPrecision, int wantedScale) = Digits(to);
        if (wantedScale < scale || wantedPrecision - wantedScale < precision - scale)
            return null;
        if (scale == wantedScale && from.TypeId == to.TypeId)
            return new SharedShape(to);
        return to is Decimal256Type wide
            ? new WideDecimalShape(wide, BigInteger.Pow(10, wantedScale - scale), context)
            : new ConvertedShape<Int128, Int128, Rescale<Int128>>(to, new((Int128)BigInteger.Pow(10, wantedScale - scale)), context);
    }

    private static ColumnShape? NumberToDecimal(IArrowType from, IArrowType to, ShapeContext context)
    {
        (int precision, int scale) = Digits(to);
        if (to is not Decimal128Type || precision - scale < MaxDigits(from.TypeId))
            return null;

        var factor = (Int128)BigInteger.Pow(10, scale);
        return from.TypeId switch
        {
            ArrowTypeId.Int8 => new ConvertedShape<sbyte, Int128, Rescale<sbyte>>(to, new(factor), context),
            ArrowTypeId.Int16 => new ConvertedShape<short, Int128, Rescale<short>>(to, new(factor), context),
            ArrowTypeId.Int32 => new ConvertedShape<int, Int128, Rescale<int>>(to, new(factor), context),
            ArrowTypeId.Int64 => new ConvertedShape<long, Int128, Rescale<long>>(to, new(factor), context),
            ArrowTypeId.UInt64 => new ConvertedShape<ulong, Int128, Rescale<ulong>>(to, new(factor), context),
            _ => null,
        };
    }

    private static int MaxDigits(ArrowTypeId integer) => integer switch
    {
        ArrowTypeId.Int8 => 3,
        ArrowTypeId.Int16 => 5,
        ArrowTypeId.Int32 => 10,
        ArrowTypeId.UInt64 => 20,
        _ => 19,
    };

    private static (int Precision, int Scale) Digits(IArrowType type) => type switch
    {
        Decimal128Type narrow => (narrow.Precision, narrow.Scale),
        Decimal256Type wide => (wide.Precision, wide.Scale),
        _ => default,
    };

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };
}
