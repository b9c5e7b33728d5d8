using System.Numerics;
using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Every value of the one type has an equal in the other.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Widen<TFrom, TTo> : IConversion<TFrom, TTo>
    where TFrom : unmanaged, INumberBase<TFrom>
    where TTo : unmanaged, INumberBase<TTo>
{
    public bool TryConvert(TFrom value, out TTo result)
    {
        result = TTo.CreateTruncating(value);
        return true;
    }
}

/// <summary>Integers that are stored wider than the table has them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Narrow<TTo> : IConversion<int, TTo>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public bool TryConvert(int value, out TTo result)
    {
        result = TTo.CreateTruncating(value);
        return int.CreateTruncating(result) == value;
    }
}

/// <summary>Days, times and timestamps in a finer unit.</summary>
/// <param name="factor">New units in one old unit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Finer<TFrom>(long factor) : IConversion<TFrom, long>
    where TFrom : unmanaged, IBinaryInteger<TFrom>
{
    public bool TryConvert(TFrom value, out long result)
    {
        Int128 product = (Int128)long.CreateTruncating(value) * factor;
        result = (long)product;
        return result == product;
    }
}

/// <summary>Times and timestamps in a coarser unit, where nothing is lost.</summary>
/// <param name="factor">Old units in one new unit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Coarser<TTo>(long factor) : IConversion<long, TTo>
    where TTo : unmanaged, IBinaryInteger<TTo>
{
    public bool TryConvert(long value, out TTo result)
    {
        (long quotient, long rest) = Math.DivRem(value, factor);
        result = TTo.CreateTruncating(quotient);
        return rest == 0 && long.CreateTruncating(result) == quotient;
    }
}

/// <summary>Numbers to decimals, and decimals to a larger scale, up to 38 digits. The types leave room for every value.</summary>
/// <param name="factor">Ten to the power of the digits that the scale grows by.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Rescale<TFrom>(Int128 factor) : IConversion<TFrom, Int128>
    where TFrom : unmanaged, IBinaryInteger<TFrom>
{
    public bool TryConvert(TFrom value, out Int128 result)
    {
        try
        {
            result = checked(Int128.CreateTruncating(value) * factor);
            return true;
        }
        catch (OverflowException)
        {
            // Bytes that are no decimal of the stated precision.
            result = default;
            return false;
        }
    }
}
