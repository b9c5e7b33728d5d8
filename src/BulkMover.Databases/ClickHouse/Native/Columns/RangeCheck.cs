using System.Numerics;
using System.Runtime.InteropServices;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Integers between two ends, both included.</summary>
internal sealed class RangeCheck<T>(MappedType type, T min, T max) : IValueCheck
    where T : unmanaged, IBinaryInteger<T>
{
    public void Check(ReadOnlySpan<byte> values, Validity valid)
    {
        ReadOnlySpan<T> numbers = MemoryMarshal.Cast<byte, T>(values);
        for (int slot = NextOutside(numbers, 0); slot < numbers.Length; slot = NextOutside(numbers, slot + 1))
        {
            // Arrow says nothing about the bytes of a null.
            if (valid.HoldsValue(slot))
                throw OutOfRange.At(slot, type, values, slot);
        }
    }

    private int NextOutside(ReadOnlySpan<T> numbers, int slot)
    {
        if (Vector<T>.IsSupported)
        {
            var least = new Vector<T>(min);
            var greatest = new Vector<T>(max);
            for (; slot <= numbers.Length - Vector<T>.Count; slot += Vector<T>.Count)
            {
                var some = new Vector<T>(numbers[slot..]);
                if (Vector.LessThanAny(some, least) || Vector.GreaterThanAny(some, greatest))
                    break;
            }
        }

        while (slot < numbers.Length && numbers[slot] >= min && numbers[slot] <= max)
            slot++;
        return slot;
    }
}
