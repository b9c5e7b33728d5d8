using System.Numerics;
using System.Runtime.InteropServices;

namespace BulkMover.Core.Filters;

/// <summary>A value of decimal256 as it lies in memory: 32 bytes, little-endian two's complement. It only compares.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct Int256(ulong Low, ulong MiddleLow, ulong MiddleHigh, long High) : IComparisonOperators<Int256, Int256, bool>
{
    /// <summary>From a literal of a filter, a <see cref="BigInteger"/>.</summary>
    public static Int256 Of(object value)
    {
        Span<byte> bytes = stackalloc byte[32];
        var number = (BigInteger)value;
        bytes.Fill(number.Sign < 0 ? byte.MaxValue : (byte)0);
        if (!number.TryWriteBytes(bytes, out _))
            throw new OverflowException($"{number} needs more than 256 bits.");
        return MemoryMarshal.Read<Int256>(bytes);
    }

    public static bool operator <(Int256 left, Int256 right) => left.CompareTo(right) < 0;

    public static bool operator <=(Int256 left, Int256 right) => left.CompareTo(right) <= 0;

    public static bool operator >(Int256 left, Int256 right) => left.CompareTo(right) > 0;

    public static bool operator >=(Int256 left, Int256 right) => left.CompareTo(right) >= 0;

    private int CompareTo(Int256 other)
    {
        if (High != other.High)
            return High.CompareTo(other.High);
        if (MiddleHigh != other.MiddleHigh)
            return MiddleHigh.CompareTo(other.MiddleHigh);
        return MiddleLow != other.MiddleLow ? MiddleLow.CompareTo(other.MiddleLow) : Low.CompareTo(other.Low);
    }
}
