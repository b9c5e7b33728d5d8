using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>
/// The hashes that digests are made of (decisions/0008): XXH64 with seed 0 (xxHash, doc/xxhash_spec.md) of a value's bytes as the target keeps
/// them, and how the hashes of parts make that of a whole. Short values are hashed here, because a call for each would cost more than the hash.
/// </summary>
internal static class ValueHash
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
    public static ulong Of(ReadOnlySpan<byte> value)
    {
        if (value.Length >= Stripe)
            return XxHash64.HashToUInt64(value);
        ulong hash = unchecked(Prime5 + (ulong)value.Length);
        for (; value.Length >= 8; value = value[8..])
            hash = Eight(hash, BinaryPrimitives.ReadUInt64LittleEndian(value));
        if (value.Length >= 4)
        {
            hash = Four(hash, BinaryPrimitives.ReadUInt32LittleEndian(value));
            value = value[4..];
        }

        foreach (byte one in value)
            hash = One(hash, one);
        return Finish(hash);
    }

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
    /// <returns>Their number.</returns>
    public static int SetNulls(Validity valid, Span<ulong> hashes)
    {
        if (valid.Nulls == 0)
            return 0;
        ReadOnlySpan<byte> bits = valid.Bits.Span;
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            // All ones for a value and zero for a null: a branch would be guessed wrong half of the time.
            int bit = valid.Offset + slot;
            ulong mask = unchecked((ulong)-((long)bits[bit >> 3] >> (bit & 7) & 1));
            hashes[slot] = (hashes[slot] & mask) | (Null & ~mask);
        }

        return valid.Nulls;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(ulong hash, ulong value) =>
        unchecked((BitOperations.RotateLeft(hash ^ (BitOperations.RotateLeft(value * Prime2, 31) * Prime1), 27) * Prime1) + Prime4);

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
