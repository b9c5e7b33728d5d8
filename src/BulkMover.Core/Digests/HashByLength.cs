using System.Numerics;

namespace BulkMover.Core.Digests;

/// <summary>
/// Hashes values of any length, those of one length after each other. What the hash does next depends on the length only, and where lengths vary
/// a processor guesses that wrong more than once a value, which takes it longer than the hash (perf/results/digests.md).
/// </summary>
public static class HashByLength
{
    /// <summary>Values at a time: they and their hashes stay in the near caches.</summary>
    private const int Some = 1024;

    /// <summary>From here on lengths are not told apart.</summary>
    private const int Long = 64;

    /// <param name="values">The bytes of all values.</param>
    /// <param name="offsets">Where each value begins in them, and where the last one ends.</param>
    /// <param name="hashes">One a value.</param>
    public static void OfEach<TOffset>(ReadOnlySpan<byte> values, ReadOnlySpan<TOffset> offsets, Span<ulong> hashes)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        Span<ushort> order = stackalloc ushort[Some];
        for (; hashes.Length > 0; hashes = hashes[order.Length..], offsets = offsets[order.Length..])
        {
            order = order[..Math.Min(Some, hashes.Length)];
            Sort(offsets, order);
            foreach (ushort slot in order)
            {
                int start = int.CreateTruncating(offsets[slot]);
                hashes[slot] = ValueHash.Of(values.Slice(start, int.CreateTruncating(offsets[slot + 1]) - start));
            }
        }
    }

    /// <summary>Puts the slots in the order of their values' lengths, by counting.</summary>
    private static void Sort<TOffset>(ReadOnlySpan<TOffset> offsets, Span<ushort> order)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        Span<int> places = stackalloc int[Long + 1];
        places.Clear();
        for (int slot = 0; slot < order.Length; slot++)
            places[Length(offsets, slot)]++;
        int place = 0;
        foreach (ref int count in places)
            (count, place) = (place, place + count);
        for (int slot = 0; slot < order.Length; slot++)
            order[places[Length(offsets, slot)]++] = (ushort)slot;
    }

    private static int Length<TOffset>(ReadOnlySpan<TOffset> offsets, int slot)
        where TOffset : unmanaged, IBinaryInteger<TOffset> => (int)Math.Min(uint.CreateTruncating(offsets[slot + 1] - offsets[slot]), Long);
}
