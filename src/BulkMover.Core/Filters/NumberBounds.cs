using System.Globalization;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>The range of an integer or decimal type, unscaled, and how literals fall into it.</summary>
internal readonly record struct NumberBounds(BigInteger Min, BigInteger Max, int Scale)
{
    /// <summary>Null for types that are no integers or decimals.</summary>
    public static NumberBounds? Of(IArrowType type) => type switch
    {
        Int8Type => new(sbyte.MinValue, sbyte.MaxValue, 0),
        Int16Type => new(short.MinValue, short.MaxValue, 0),
        Int32Type => new(int.MinValue, int.MaxValue, 0),
        Int64Type => new(long.MinValue, long.MaxValue, 0),
        UInt8Type => new(byte.MinValue, byte.MaxValue, 0),
        UInt16Type => new(ushort.MinValue, ushort.MaxValue, 0),
        UInt32Type => new(uint.MinValue, uint.MaxValue, 0),
        UInt64Type => new(ulong.MinValue, ulong.MaxValue, 0),
        Decimal32Type t => OfDecimal(t.Precision, t.Scale),
        Decimal64Type t => OfDecimal(t.Precision, t.Scale),
        Decimal128Type t => OfDecimal(t.Precision, t.Scale),
        Decimal256Type t => OfDecimal(t.Precision, t.Scale),
        _ => null,
    };

    public FloorLiteral Floor(IArrowType type, DecimalLiteral number)
    {
        BigInteger floor = number.Floor(Scale, out bool isExact);
        if (floor < Min)
            return new FloorLiteral(null, IsExact: false);
        return floor > Max
            ? new FloorLiteral(ToScalar(type, Max), IsExact: false)
            : new FloorLiteral(ToScalar(type, floor), isExact);
    }

    /// <summary>
    /// A fraction becomes the nearest value of the float type, as it is printed; a whole number and one beyond the range stay exact.
    /// </summary>
    public static FloorLiteral FloorFloat(IArrowType type, DecimalLiteral number)
    {
        double nearest = type.TypeId switch
        {
            ArrowTypeId.HalfFloat => (double)Half.Parse(number.Text, CultureInfo.InvariantCulture),
            ArrowTypeId.Float => float.Parse(number.Text, CultureInfo.InvariantCulture),
            _ => double.Parse(number.Text, CultureInfo.InvariantCulture),
        };
        bool isExact = double.IsFinite(nearest) && (!number.IsWholeNumber || new BigInteger(nearest) == number.Unscaled);
        bool isAbove = nearest == double.PositiveInfinity || (double.IsFinite(nearest) && new BigInteger(nearest) > number.Unscaled);
        return new FloorLiteral(new Scalar(type, isExact || !isAbove ? nearest : Below(type, nearest)), isExact);
    }

    public static Scalar ToScalar(IArrowType type, BigInteger value) => new(type, type.TypeId switch
    {
        ArrowTypeId.UInt64 => (ulong)value,
        ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 => value,
        _ => (object)(long)value,
    });

    private static NumberBounds OfDecimal(int precision, int scale)
    {
        BigInteger max = BigInteger.Pow(10, precision) - 1;
        return new NumberBounds(-max, max, scale);
    }

    private static double Below(IArrowType type, double value) => type.TypeId switch
    {
        ArrowTypeId.HalfFloat => (double)Half.BitDecrement((Half)value),
        ArrowTypeId.Float => float.BitDecrement((float)value),
        _ => double.BitDecrement(value),
    };
}
