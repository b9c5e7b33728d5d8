using System.Runtime.InteropServices;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>A two's complement integer of 256 bits, the less significant half first, as Arrow and ClickHouse both keep it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Decimal256Bits(UInt128 low, Int128 high)
{
    public Decimal256Bits(Int128 value)
        : this((UInt128)value, value >> 127)
    {
    }

    public UInt128 Low { get; } = low;

    public Int128 High { get; } = high;

    /// <summary>The lower half; <paramref name="fits"/> is false when the number is larger.</summary>
    public Int128 AsInt128(out bool fits)
    {
        fits = High == (Int128)Low >> 127;
        return (Int128)Low;
    }

    public bool IsBelow(Decimal256Bits other) => High < other.High || (High == other.High && Low < other.Low);
}
