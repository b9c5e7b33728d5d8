using System.Buffers.Binary;

namespace BulkMover.Core.Scans;

/// <summary>Positions 0 to 65,535 of a chunk of a <see cref="PositionSet"/>: a container of a roaring bitmap.</summary>
internal sealed class PositionChunk
{
    public const int BitmapWords = (1 << PositionSet.ChunkBits) / 64;

    /// <summary>A list of more would be longer than a bitmap; containers in files change their kind at the same number (RoaringFormatSpec, "Container storage").</summary>
    public const int MaxListed = 4096;

    // Ascending; null once the bitmap has taken over.
    private List<ushort>? list = [];
    private ulong[]? bitmap;

    public int Count { get; private set; }

    /// <summary>Length of <see cref="Write"/>.</summary>
    public int Bytes => bitmap is null ? sizeof(ushort) * Count : sizeof(ulong) * BitmapWords;

    public void Add(ushort position)
    {
        if (bitmap is not null)
        {
            ref ulong word = ref bitmap[position / 64];
            Count += (word >> (position % 64) & 1) == 0 ? 1 : 0;
            word |= 1UL << (position % 64);
            return;
        }

        int place = list!.Count > 0 && list[^1] < position ? ~list.Count : list.BinarySearch(position);
        if (place >= 0)
            return;
        list.Insert(~place, position);
        Count++;
        if (Count > MaxListed)
            ToBitmap();
    }

    public bool Contains(ushort position) =>
        bitmap is null ? list!.BinarySearch(position) >= 0 : (bitmap[position / 64] >> (position % 64) & 1) != 0;

    public bool HasAll(int from, int count)
    {
        if (Count < count)
            return false;
        if (bitmap is null)
        {
            // Ascending and each once: as many places on there stands the last one, or another.
            int place = list!.BinarySearch((ushort)from);
            return place >= 0 && place + count <= list.Count && list[place + count - 1] == from + count - 1;
        }

        for (int i = from; i < from + count; i++)
        {
            if ((bitmap[i / 64] >> (i % 64) & 1) == 0)
                return false;
        }

        return true;
    }

    public void Mark(int from, Span<bool> deleted)
    {
        if (bitmap is null)
        {
            int place = list!.BinarySearch((ushort)from);
            for (int i = place < 0 ? ~place : place; i < list.Count && list[i] - from < deleted.Length; i++)
                deleted[list[i] - from] = true;
            return;
        }

        for (int i = 0; i < deleted.Length; i++)
            deleted[i] |= (bitmap[(from + i) / 64] >> ((from + i) % 64) & 1) != 0;
    }

    /// <summary>As a container without runs (RoaringFormatSpec, "Container storage").</summary>
    /// <param name="target">Of <see cref="Bytes"/>.</param>
    public void Write(Span<byte> target)
    {
        if (bitmap is null)
        {
            for (int i = 0; i < list!.Count; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(target[(sizeof(ushort) * i)..], list[i]);
            return;
        }

        for (int word = 0; word < BitmapWords; word++)
            BinaryPrimitives.WriteUInt64LittleEndian(target[(sizeof(ulong) * word)..], bitmap[word]);
    }

    private void ToBitmap()
    {
        bitmap = new ulong[BitmapWords];
        foreach (ushort position in list!)
            bitmap[position / 64] |= 1UL << (position % 64);
        list = null;
    }
}
