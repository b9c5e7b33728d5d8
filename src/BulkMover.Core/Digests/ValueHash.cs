using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BulkMover.Core.Digests;

/// <summary>
/// The hashes that digests are made of (decisions/0008): XXH64 with seed 0 (xxHash, doc/xxhash_spec.md) of a value's bytes as the target keeps
/// them, and how the hashes of parts make that of a whole. The algorithm is written out, because a call for each short value would cost more than its
/// hash.
/// </summary>
public static class ValueHash
{
    /// <summary>Of a null, whatever its type.</summary>
    public const ulong Null = 0x6E75_6C6C_6E75_6C6C;

    /// <summary>2^64 divided by the golden ratio: its odd multiples are spread evenly.</summary>
    public const ulong Factor = 0x9E37_79B9_7F4A_7C15;

    private const ulong Prime1 = 0x9E37_79B1_85EB_CA87;
    private const ulong Prime2 = 0xC2B2_AE3D_27D4_EB4F;
    private const ulong Prime3 = 0x1656_67B1_9E37_79F9;
    private const ulong Prime4 = 0x85EB_CA77_C2B2_AE63;
    private const ulong Prime5 = 0x27D4_EB2F_1656_67C5;

    /// <summary>The algorithm works in stripes of so many bytes, and in another way on what is shorter.</summary>
    private const int Stripe = 32;

    /// <summary>What the hash of the field or column at this place is multiplied by, so that equal values in two places differ.</summary>
    public static ulong FactorAt(int place) => unchecked(Factor * ((2 * (ulong)place) + 1));

    /// <summary>Of the eight bytes of a number, least significant first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong value) => Finish(Eight(unchecked(Prime5 + 8), value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> value) => value.Length < Stripe ? Finish(AddRest(unchecked(Prime5 + (ulong)value.Length), value)) : OfStripes(value);

    /// <summary>Of each value of one width.</summary>
    public static void OfEach(ReadOnlySpan<byte> values, int width, Span<ulong> hashes)
    {
        switch (width)
        {
            case 1:
                for (int i = 0; i < hashes.Length; i++)
                    hashes[i] = Finish(One(unchecked(Prime5 + 1), values[i]));
                break;
            case 2:
                for (int i = 0; i < hashes.Length; i++)
                    hashes[i] = Finish(One(One(unchecked(Prime5 + 2), values[2 * i]), values[(2 * i) + 1]));
                break;
            case 4:
                ReadOnlySpan<uint> fours = MemoryMarshal.Cast<byte, uint>(values)[..hashes.Length];
                for (int i = 0; i < hashes.Length; i++)
                    hashes[i] = Finish(Four(unchecked(Prime5 + 4), fours[i]));
                break;
            case 8:
                ReadOnlySpan<ulong> eights = MemoryMarshal.Cast<byte, ulong>(values)[..hashes.Length];
                for (int i = 0; i < hashes.Length; i++)
                    hashes[i] = Of(eights[i]);
                break;
            default:
                for (int i = 0; i < hashes.Length; i++)
                    hashes[i] = Of(values.Slice(i * width, width));
                break;
        }
    }

    /// <summary>Gives the slots without a value the hash of a null.</summary>
    /// <param name="valid">Arrow's bitmap: 1 is a value, the least significant bit first.</param>
    /// <param name="offset">Bit of the first slot.</param>
    /// <param name="hashes">One a slot.</param>
    public static void SetNulls(ReadOnlySpan<byte> valid, int offset, Span<ulong> hashes)
    {
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            // All ones for a value and zero for a null: a branch would be guessed wrong half of the time.
            int bit = offset + slot;
            ulong mask = unchecked((ulong)-((long)valid[bit >> 3] >> (bit & 7) & 1));
            hashes[slot] = (hashes[slot] & mask) | (Null & ~mask);
        }
    }

    /// <summary>Of a list: of its items' hashes, each with its place, and of their number.</summary>
    public static ulong OfList(ReadOnlySpan<ulong> items)
    {
        ulong sum = unchecked((ulong)items.Length * Factor);
        for (int i = 0; i < items.Length; i++)
            unchecked { sum += Of(items[i] ^ ((ulong)(i + 1) * Factor)); }
        return Of(sum);
    }

    /// <summary>Of a map: of its entries' hashes in whatever order, and of their number.</summary>
    public static ulong OfMap(ReadOnlySpan<ulong> entries)
    {
        ulong sum = unchecked((ulong)entries.Length * Factor);
        foreach (ulong entry in entries)
            unchecked { sum += entry; }
        return Of(sum);
    }

    /// <summary>Adds the hashes of one field to the sums of a whole, whose hash is then that of each sum.</summary>
    /// <returns>The sum of the field's hashes, which costs nothing on the way.</returns>
    public static ulong AddField(ReadOnlySpan<ulong> field, int place, Span<ulong> sums)
    {
        ulong factor = FactorAt(place);
        ulong sum = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            unchecked
            {
                sum += field[i];
                sums[i] += field[i] * factor;
            }
        }

        return sum;
    }

    public static ulong Sum(ReadOnlySpan<ulong> hashes)
    {
        ulong sum = 0;
        foreach (ulong hash in hashes)
            unchecked { sum += hash; }
        return sum;
    }

    public static void OfSums(Span<ulong> sums)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] = Of(sums[i]);
    }

    /// <summary>Of whole stripes in four lanes, and then of the rest.</summary>
    private static ulong OfStripes(ReadOnlySpan<byte> value)
    {
        unchecked
        {
            ulong a = Prime1 + Prime2, b = Prime2, c = 0, d = 0 - Prime1;
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(value[..(value.Length / Stripe * Stripe)]);
            for (; words.Length > 0; words = words[4..])
                (a, b, c, d) = (Round(a, words[0]), Round(b, words[1]), Round(c, words[2]), Round(d, words[3]));
            ulong hash = BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7) + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18);
            foreach (ulong lane in (ReadOnlySpan<ulong>)[a, b, c, d])
                hash = ((hash ^ Round(0, lane)) * Prime1) + Prime4;
            return Finish(AddRest(hash + (ulong)value.Length, value[(value.Length / Stripe * Stripe)..]));
        }
    }

    /// <summary>Less than a stripe.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddRest(ulong hash, ReadOnlySpan<byte> rest)
    {
        for (; rest.Length >= 8; rest = rest[8..])
            hash = Eight(hash, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        if (rest.Length >= 4)
        {
            hash = Four(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[4..];
        }

        foreach (byte one in rest)
            hash = One(hash, one);
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong lane, ulong value) => unchecked(BitOperations.RotateLeft(lane + (value * Prime2), 31) * Prime1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(ulong hash, ulong value) =>
        unchecked((BitOperations.RotateLeft(hash ^ Round(0, value), 27) * Prime1) + Prime4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Four(ulong hash, uint value) => unchecked((BitOperations.RotateLeft(hash ^ (value * Prime1), 23) * Prime2) + Prime3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong One(ulong hash, byte value) => unchecked(BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }
}
