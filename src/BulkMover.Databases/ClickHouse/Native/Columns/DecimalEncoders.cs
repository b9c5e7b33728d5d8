using System.Numerics;
using System.Runtime.CompilerServices;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>
/// Chooses how decimals are written: Arrow's width is the field's type, ClickHouse's follows from the precision (9, 18, 38 and 76 digits
/// in 4, 8, 16 and 32 bytes).
/// </summary>
internal static class DecimalEncoders
{
    /// <param name="type">The column.</param>
    /// <param name="sourceBytes">Arrow's width.</param>
    /// <param name="sourcePrecision">Digits that the source declares; a value with more does not fit its own type.</param>
    /// <param name="targetPrecision">Digits of the target's type, at least as many.</param>
    public static ValueEncoder Create(MappedType type, int sourceBytes, int sourcePrecision, int targetPrecision) =>
        (sourceBytes, TargetBytes(targetPrecision)) switch
        {
            (4, 4) => Same<int>(type, sourcePrecision),
            (4, 8) => Convert<int, long>(type, sourcePrecision),
            (4, 16) => Convert<int, Int128>(type, sourcePrecision),
            (4, _) => new ConvertingEncoder<int, Decimal256Bits, DecimalTo256<int>>(type, default),
            (8, 4) => Convert<long, int>(type, sourcePrecision),
            (8, 8) => Same<long>(type, sourcePrecision),
            (8, 16) => Convert<long, Int128>(type, sourcePrecision),
            (8, _) => new ConvertingEncoder<long, Decimal256Bits, DecimalTo256<long>>(type, default),
            (16, 4) => From128<int>(type, sourcePrecision),
            (16, 8) => From128<long>(type, sourcePrecision),
            (16, 16) => Same<Int128>(type, sourcePrecision),
            (16, _) => new ConvertingEncoder<Int128, Decimal256Bits, DecimalTo256<Int128>>(type, default),
            (_, 4) => From256<int>(type, sourcePrecision),
            (_, 8) => From256<long>(type, sourcePrecision),
            (_, 16) => From256<Int128>(type, sourcePrecision),
            _ => new FixedEncoder(32, new Decimal256Check(type, sourcePrecision)),
        };

    private static int TargetBytes(int precision) => precision switch
    {
        <= 9 => 4,
        <= 18 => 8,
        <= 38 => 16,
        _ => 32,
    };

    private static FixedEncoder Same<T>(MappedType type, int precision)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        (T min, T max) = Ends<T>(precision);
        return new FixedEncoder(Unsafe.SizeOf<T>(), new RangeCheck<T>(type, min, max));
    }

    private static ConvertingEncoder<TIn, TOut, DecimalWidth<TIn, TOut>> Convert<TIn, TOut>(MappedType type, int precision)
        where TIn : unmanaged, IBinaryInteger<TIn>, IMinMaxValue<TIn>
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        (TIn min, TIn max) = Ends<TIn>(precision);
        return new(type, new DecimalWidth<TIn, TOut>(min, max));
    }

    private static ConvertingEncoder<Halves, TOut, DecimalFrom128<TOut>> From128<TOut>(MappedType type, int precision)
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        (long min, long max) = Ends<long>(precision);
        return new(type, new DecimalFrom128<TOut>(min, max));
    }

    private static ConvertingEncoder<Decimal256Bits, TOut, DecimalFrom256<TOut>> From256<TOut>(MappedType type, int precision)
        where TOut : unmanaged, IBinaryInteger<TOut>
    {
        (Int128 min, Int128 max) = Ends<Int128>(precision);
        return new(type, new DecimalFrom256<TOut>(min, max));
    }

    /// <summary>The least and greatest number of so many digits, as far as the type can hold them.</summary>
    private static (T Min, T Max) Ends<T>(int precision)
        where T : IBinaryInteger<T>, IMinMaxValue<T>
    {
        T max = T.CreateSaturating(BigInteger.Pow(10, precision) - BigInteger.One);
        return (-max, max);
    }
}
