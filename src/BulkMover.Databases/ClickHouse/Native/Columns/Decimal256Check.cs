using System.Numerics;
using System.Runtime.InteropServices;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Decimals of 256 bits with at most so many digits.</summary>
internal sealed class Decimal256Check : IValueCheck
{
    private readonly MappedType type;
    private readonly Decimal256Bits min;
    private readonly Decimal256Bits max;

    public Decimal256Check(MappedType type, int precision)
    {
        BigInteger greatest = BigInteger.Pow(10, precision) - 1;
        this.type = type;
        max = Bits(greatest);
        min = Bits(-greatest);
    }

    public void Check(ReadOnlySpan<byte> values, Validity valid)
    {
        ReadOnlySpan<Decimal256Bits> numbers = MemoryMarshal.Cast<byte, Decimal256Bits>(values);
        for (int slot = 0; slot < numbers.Length; slot++)
        {
            if ((numbers[slot].IsBelow(min) || max.IsBelow(numbers[slot])) && valid.HoldsValue(slot))
                throw OutOfRange.At(slot, type, values, slot);
        }
    }

    private static Decimal256Bits Bits(BigInteger value) =>
        new((UInt128)(value & UInt128.MaxValue), (Int128)(value >> 128));
}
