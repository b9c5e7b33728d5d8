using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Values without gaps → values at the rows that have one. A page has no values for its nulls, an Arrow array has room for them.</summary>
internal static class ValueSpread
{
    /// <summary>Moves values apart in place, the last one first.</summary>
    /// <param name="slots">Of the rows, in bytes; the values stand at the beginning, and behind them anything.</param>
    /// <param name="width">Bytes of a value.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <param name="first">The first row's bit.</param>
    /// <param name="valid">How many have one.</param>
    public static void Spread(Span<byte> slots, int width, ReadOnlySpan<byte> validity, int first, int valid)
    {
        switch (width)
        {
            case 4: Spread(MemoryMarshal.Cast<byte, int>(slots), validity, first, valid); break;
            case 8: Spread(MemoryMarshal.Cast<byte, long>(slots), validity, first, valid); break;
            case 16: Spread(MemoryMarshal.Cast<byte, Int128>(slots), validity, first, valid); break;
            default: SpreadBytes(slots, width, validity, first, valid); break;
        }
    }

    private static void Spread<T>(Span<T> slots, ReadOnlySpan<byte> validity, int first, int valid)
        where T : unmanaged
    {
        // Once as many values are left as rows, they stand where they belong.
        for (int row = slots.Length - 1; row >= valid; row--)
        {
            if (Bits.IsSet(validity, first + row))
                slots[row] = slots[--valid];
        }
    }

    private static void SpreadBytes(Span<byte> slots, int width, ReadOnlySpan<byte> validity, int first, int valid)
    {
        if (width == 0)
            return;
        for (int row = (slots.Length / width) - 1; row >= valid; row--)
        {
            if (Bits.IsSet(validity, first + row))
                slots.Slice(--valid * width, width).CopyTo(slots[(row * width)..]);
        }
    }
}
