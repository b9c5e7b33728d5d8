using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Runs of bits, a byte's least significant first: Arrow's validity and booleans, and the packed values of Encodings.md, "RLE".</summary>
internal static class Bits
{
    /// <summary>The most that <see cref="Load"/> gives, wherever they begin in a byte.</summary>
    public const int MaxLoad = 57;

    /// <summary>Some bits as a number.</summary>
    /// <param name="source">Holds them all.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">From 0 to <see cref="MaxLoad"/>.</param>
    public static ulong Load(ReadOnlySpan<byte> source, long first, int count)
    {
        ReadOnlySpan<byte> from = source[(int)(first >> 3)..];
        ulong word = from.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(from) : LoadEnd(from);
        return (word >> (int)(first & 7)) & ((1UL << count) - 1);
    }

    /// <summary>Makes all of some bits 0 or 1; those around them stay.</summary>
    public static void Fill(Span<byte> target, int first, int count, bool value)
    {
        // Most runs are short: they lie in eight bytes.
        if (count <= MaxLoad && target.Length - (first >> 3) >= sizeof(ulong))
        {
            Span<byte> place = target[(first >> 3)..];
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(place), mask = ((1UL << count) - 1) << (first & 7);
            BinaryPrimitives.WriteUInt64LittleEndian(place, value ? word | mask : word & ~mask);
            return;
        }

        ulong bits = value ? ulong.MaxValue : 0;
        int head = Math.Min(count, -first & 7);
        Store(target, first, head, bits);
        int bytes = (count - head) >> 3;
        target.Slice((first + head) >> 3, bytes).Fill((byte)bits);
        int done = head + (bytes << 3);
        Store(target, first + done, count - done, bits);
    }

    /// <summary>Copies bits to another place; those around it stay.</summary>
    /// <returns>How many of them are 1.</returns>
    public static int Copy(ReadOnlySpan<byte> source, long sourceFirst, Span<byte> target, int first, int count)
    {
        int ones = 0;
        for (int done = 0; done < count;)
        {
            int place = first + done, left = count - done;
            int step = (place & 7) == 0 && left >= 32 ? 32 : Math.Min(left, 8 - (place & 7));
            ulong bits = Load(source, sourceFirst + done, step);
            ones += BitOperations.PopCount(bits);
            if (step == 32)
                BinaryPrimitives.WriteUInt32LittleEndian(target[(place >> 3)..], (uint)bits);
            else
                Store(target, place, step, bits);
            done += step;
        }

        return ones;
    }

    /// <summary>Writes bits behind those of a sequence whose last word has none behind them.</summary>
    /// <param name="words">The sequence, with room for these.</param>
    /// <param name="first">Where they go.</param>
    /// <param name="bits">The bits; 0 behind them.</param>
    /// <param name="count">How many, at most a word.</param>
    public static void Append(Span<ulong> words, int first, ulong bits, int count)
    {
        const int word = 64;
        if (count == 0)
            return;
        int at = first / word, shift = first % word;
        words[at] = shift == 0 ? bits : words[at] | (bits << shift);
        if (shift + count > word)
            words[at + 1] = bits >> (word - shift);
    }

    /// <summary>The bits at which the mask has ones, put together.</summary>
    public static ulong Extract(ulong bits, ulong mask)
    {
        if (mask == ulong.MaxValue)
            return bits;
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.ParallelBitExtract(bits, mask);
        ulong extracted = 0;
        for (int count = 0; mask != 0; mask &= mask - 1, count++)
            extracted |= ((bits >> BitOperations.TrailingZeroCount(mask)) & 1) << count;
        return extracted;
    }

    /// <summary>Bits that numbers up to this have (Encodings.md, "RLE": the width of levels).</summary>
    public static int WidthOf(int max) => (sizeof(int) * 8) - BitOperations.LeadingZeroCount((uint)max);

    public static bool IsSet(ReadOnlySpan<byte> source, int index) => (source[index >> 3] >> (index & 7) & 1) != 0;

    /// <summary>Bits within one byte.</summary>
    private static void Store(Span<byte> target, int first, int count, ulong bits)
    {
        if (count == 0)
            return;
        int shift = first & 7, mask = ((1 << count) - 1) << shift;
        ref byte place = ref target[first >> 3];
        place = (byte)((place & ~mask) | ((int)(bits << shift) & mask));
    }

    private static ulong LoadEnd(ReadOnlySpan<byte> last)
    {
        ulong word = 0;
        for (int i = last.Length - 1; i >= 0; i--)
            word = (word << 8) | last[i];
        return word;
    }
}
