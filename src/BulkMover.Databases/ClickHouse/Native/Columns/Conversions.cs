using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Every half is a single.</summary>
internal readonly struct HalfToSingle : IConversion<Half, float>
{
    public bool TryConvert(Half value, out float result)
    {
        result = (float)value;
        return true;
    }
}

/// <summary>A 32-bit time of day as 64 bits.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct WidenInRange(long min, long max) : IConversion<int, long>
{
    public bool TryConvert(int value, out long result)
    {
        result = value;
        return result >= min && result <= max;
    }
}

/// <summary>Milliseconds → days; a date has no part of a day (Arrow columnar format, "Date").</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct WholeDays(long min, long max) : IConversion<long, int>
{
    private const long MillisecondsPerDay = 86_400_000;

    public bool TryConvert(long value, out int result)
    {
        long days = value / MillisecondsPerDay;
        result = (int)days;
        return days * MillisecondsPerDay == value && value >= min && value <= max;
    }
}

/// <summary>Sixteen bytes as two numbers in the order in which they lie.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Halves(ulong first, ulong second)
{
    public ulong First { get; } = first;

    public ulong Second { get; } = second;
}

/// <summary>ClickHouse keeps a UUID as two 64-bit numbers in the machine's order, the more significant first.</summary>
internal readonly struct UuidHalves : IConversion<Halves, Halves>
{
    public bool TryConvert(Halves value, out Halves result)
    {
        result = new Halves(BinaryPrimitives.ReverseEndianness(value.First), BinaryPrimitives.ReverseEndianness(value.Second));
        return true;
    }
}

/// <summary>Decimals of one width up to 128 bits → another, between two ends, both included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct DecimalWidth<TIn, TOut>(TIn min, TIn max) : IConversion<TIn, TOut>
    where TIn : IBinaryInteger<TIn>
    where TOut : IBinaryInteger<TOut>
{
    public bool TryConvert(TIn value, out TOut result)
    {
        result = TOut.CreateTruncating(value);
        return value >= min && value <= max;
    }
}

/// <summary>Decimals of 128 bits → 64 or 32, between two ends, both included. The common case, so it avoids arithmetic on 128 bits.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct DecimalFrom128<TOut>(long min, long max) : IConversion<Halves, TOut>
    where TOut : IBinaryInteger<TOut>
{
    public bool TryConvert(Halves value, out TOut result)
    {
        long low = (long)value.First;
        result = TOut.CreateTruncating(low);
        return (long)value.Second == low >> 63 && low >= min && low <= max;
    }
}

/// <summary>Decimals of up to 128 bits → 256 bits; none is too large.</summary>
internal readonly struct DecimalTo256<TIn> : IConversion<TIn, Decimal256Bits>
    where TIn : IBinaryInteger<TIn>
{
    public bool TryConvert(TIn value, out Decimal256Bits result)
    {
        result = new Decimal256Bits(Int128.CreateTruncating(value));
        return true;
    }
}

/// <summary>Decimals of 256 bits → fewer, between two ends, both included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct DecimalFrom256<TOut>(Int128 min, Int128 max) : IConversion<Decimal256Bits, TOut>
    where TOut : IBinaryInteger<TOut>
{
    public bool TryConvert(Decimal256Bits value, out TOut result)
    {
        Int128 low = value.AsInt128(out bool fits);
        result = TOut.CreateTruncating(low);
        return fits && low >= min && low <= max;
    }
}
