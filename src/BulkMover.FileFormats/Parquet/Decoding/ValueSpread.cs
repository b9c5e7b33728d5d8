using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// Values without gaps → values at the slots that have one, and zeros at the others. A page has no values for its nulls, an Arrow array has room for
/// them; of a column that has to have values, they are looked at even where a struct around them is null.
/// </summary>
internal static class ValueSpread
{
    private static readonly Expansion[] Ints = [.. Enumerable.Range(0, 256).Select(mask => new Expansion(mask, 1))];
    private static readonly Expansion[] Longs = [.. Enumerable.Range(0, 16).Select(mask => new Expansion(mask, 2))];

    /// <summary>Moves values apart in place, the last one first.</summary>
    /// <param name="slots">The slots, in bytes; the values stand at the beginning, and behind them anything.</param>
    /// <param name="width">Bytes of a value.</param>
    /// <param name="validity">Which slots have a value.</param>
    /// <param name="first">The first slot's bit.</param>
    /// <param name="valid">How many have one.</param>
    public static void Spread(Span<byte> slots, int width, ReadOnlySpan<byte> validity, int first, int valid)
    {
        switch (width)
        {
            case 4: Spread(MemoryMarshal.Cast<byte, int>(slots), Ints, 8, validity, first, valid); break;
            case 8: Spread(MemoryMarshal.Cast<byte, long>(slots), Longs, 4, validity, first, valid); break;
            case 16: Spread(MemoryMarshal.Cast<byte, Int128>(slots), validity, first, valid); break;
            default: SpreadBytes(slots, width, validity, first, valid); break;
        }
    }

    /// <summary>A vector at a time: its bits of validity say which value goes where.</summary>
    private static void Spread<T>(Span<T> slots, Expansion[] expansions, int lanes, ReadOnlySpan<byte> validity, int first, int valid)
        where T : unmanaged
    {
        int slot = slots.Length;
        // Once as many values are left as slots, they stand where they belong.
        while (Avx2.IsSupported && slot > valid && slot >= lanes)
        {
            slot -= lanes;
            int mask = (int)Bits.Load(validity, first + slot, lanes);
            valid -= BitOperations.PopCount((uint)mask);
            Vector256<int> values = Vector256.Create<T>(slots.Slice(valid, lanes)).AsInt32();
            (Avx2.PermuteVar8x32(values, expansions[mask].Sources) & expansions[mask].Filled).As<int, T>().CopyTo(slots[slot..]);
        }

        Spread(slots[..slot], validity, first, valid);
    }

    private static void Spread<T>(Span<T> slots, ReadOnlySpan<byte> validity, int first, int valid)
        where T : unmanaged
    {
        for (int slot = slots.Length - 1; slot >= valid; slot--)
            slots[slot] = Bits.IsSet(validity, first + slot) ? slots[--valid] : default;
    }

    private static void SpreadBytes(Span<byte> slots, int width, ReadOnlySpan<byte> validity, int first, int valid)
    {
        if (width == 0)
            return;
        for (int slot = (slots.Length / width) - 1; slot >= valid; slot--)
        {
            Span<byte> place = slots.Slice(slot * width, width);
            if (Bits.IsSet(validity, first + slot))
                slots.Slice(--valid * width, width).CopyTo(place);
            else
                place.Clear();
        }
    }

    /// <summary>How the values of a vector go to the slots with a bit in a mask.</summary>
    private sealed class Expansion
    {
        /// <param name="mask">A bit for each slot.</param>
        /// <param name="parts">Lanes of 32 bits that a value has.</param>
        public Expansion(int mask, int parts)
        {
            Span<int> sources = stackalloc int[Vector256<int>.Count], filled = stackalloc int[Vector256<int>.Count];
            for (int lane = 0, next = 0; lane < sources.Length; lane++)
            {
                if ((mask >> (lane / parts) & 1) == 1)
                    (sources[lane], filled[lane], next) = (next, -1, next + 1);
            }

            (Sources, Filled) = (Vector256.Create<int>(sources), Vector256.Create<int>(filled));
        }

        public Vector256<int> Sources { get; }

        public Vector256<int> Filled { get; }
    }
}
