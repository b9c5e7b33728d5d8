using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Scans;

/// <summary>
/// Positions of deleted rows, as numbers from 0 in their data file. Filled by one caller, then only read. Kept as roaring bitmaps are: by
/// chunks of 65,536 positions, each a sorted list or a bitmap.
/// </summary>
public sealed class PositionSet : IDeletedRows
{
    private const int ChunkBits = 16;
    private const int BitmapWords = (1 << ChunkBits) / 64;

    /// <summary>A list of more would be longer than a bitmap.</summary>
    private const int MaxListed = 4096;

    // Kinds of containers without runs are told by their size; the cookies are those of the format specification.
    private const int CookieWithoutRuns = 12346;
    private const int CookieWithRuns = 12347;
    private const int OffsetsFromContainers = 4;

    private readonly Dictionary<long, Chunk> chunks = [];

    public long Count => chunks.Values.Sum(chunk => (long)chunk.Count);

    /// <summary>A set of 64-bit numbers in the portable serialisation of roaring bitmaps (RoaringFormatSpec, "Extension for 64-bit implementations").</summary>
    /// <param name="bytes">The bitmaps.</param>
    /// <param name="maxCount">How many positions there may be: some bytes stand for thousands, and memory must not follow them.</param>
    /// <exception cref="CorruptTableException">The bytes break the format; the caller says whose they are.</exception>
    public static PositionSet Parse(ReadOnlySpan<byte> bytes, long maxCount)
    {
        try
        {
            var set = new PositionSet();
            var reader = new Reader(bytes);
            long bitmaps = reader.Int64();
            if (bitmaps is < 0 or > int.MaxValue)
                throw Broken($"it says to have {bitmaps} parts");
            long previous = -1, left = maxCount;
            for (long i = 0; i < bitmaps; i++)
            {
                long high = reader.UInt32();
                if (high <= previous)
                    throw Broken("its parts are not in order");
                // Rows are counted with 63 bits.
                if (high > int.MaxValue)
                    throw Broken("it has a negative position");
                previous = high;
                set.Read32(ref reader, high << 32, ref left);
            }

            return reader.IsAtEnd ? set : throw Broken("bytes are left over behind its last part");
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new CorruptTableException("deletes.bitmap_broken", "A bitmap of deleted rows ends in the middle. The table must be repaired.", error);
        }
    }

    public void Add(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ref Chunk? chunk = ref CollectionsMarshal.GetValueRefOrAddDefault(chunks, position >> ChunkBits, out _);
        (chunk ??= new Chunk()).Add((ushort)position);
    }

    public bool Contains(long position) => chunks.TryGetValue(position >> ChunkBits, out Chunk? chunk) && chunk.Contains((ushort)position);

    public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
    {
        long end = firstPosition + deleted.Length;
        for (long key = firstPosition >> ChunkBits; key << ChunkBits < end; key++)
        {
            if (!chunks.TryGetValue(key, out Chunk? chunk))
                continue;
            long start = key << ChunkBits;
            int from = (int)Math.Max(firstPosition - start, 0);
            int to = (int)Math.Min(end - start, 1 << ChunkBits);
            chunk.Mark(from, deleted.Slice((int)(start + from - firstPosition), to - from));
        }
    }

    /// <summary>RoaringFormatSpec: cookie header, descriptive header, offset header, containers.</summary>
    private void Read32(ref Reader reader, long high, ref long left)
    {
        uint cookie = reader.UInt32();
        bool hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        if (!hasRuns && cookie != CookieWithoutRuns)
            throw Broken($"it begins with {cookie}");
        int count = hasRuns ? (int)(cookie >> 16) + 1 : (int)Math.Min(reader.UInt32(), int.MaxValue);
        if (count > 1 << ChunkBits)
            throw Broken($"it says to have {count} containers");
        ReadOnlySpan<byte> runFlags = hasRuns ? reader.Bytes((count + 7) / 8) : [];
        ReadOnlySpan<byte> descriptions = reader.Bytes(4 * count);
        // Containers follow each other, so that their offsets tell nothing new.
        if (!hasRuns || count >= OffsetsFromContainers)
            reader.Bytes(4 * count);

        int previous = -1;
        for (int i = 0; i < count; i++)
        {
            int key = BinaryPrimitives.ReadUInt16LittleEndian(descriptions[(4 * i)..]);
            int cardinality = BinaryPrimitives.ReadUInt16LittleEndian(descriptions[((4 * i) + 2)..]) + 1;
            if (key <= previous)
                throw Broken("its containers are not in order");
            previous = key;
            left -= cardinality;
            if (left < 0)
                throw Broken("it has more rows than it should have");
            bool isRuns = hasRuns && (runFlags[i / 8] >> (i % 8) & 1) != 0;
            Chunk chunk = isRuns ? ReadRuns(ref reader, cardinality) : cardinality > MaxListed ? ReadBitmap(ref reader) : ReadList(ref reader, cardinality);
            if (chunk.Count != cardinality)
                throw Broken($"a container has {chunk.Count} positions and says {cardinality}");
            chunks.Add((high >> ChunkBits) + key, chunk);
        }
    }

    private static Chunk ReadList(ref Reader reader, int cardinality)
    {
        ReadOnlySpan<byte> bytes = reader.Bytes(2 * cardinality);
        var chunk = new Chunk();
        int previous = -1;
        for (int i = 0; i < cardinality; i++)
        {
            ushort position = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
            if (position <= previous)
                throw Broken("a container's positions are not in order");
            previous = position;
            chunk.Add(position);
        }

        return chunk;
    }

    private static Chunk ReadBitmap(ref Reader reader)
    {
        var chunk = new Chunk();
        for (int word = 0; word < BitmapWords; word++)
        {
            for (ulong bits = (ulong)reader.Int64(); bits != 0; bits &= bits - 1)
                chunk.Add((ushort)((word * 64) + BitOperations.TrailingZeroCount(bits)));
        }

        return chunk;
    }

    private static Chunk ReadRuns(ref Reader reader, int cardinality)
    {
        int runs = reader.UInt16();
        var chunk = new Chunk();
        int previous = -1;
        for (int i = 0; i < runs; i++)
        {
            int start = reader.UInt16(), end = start + reader.UInt16();
            if (start <= previous || end > ushort.MaxValue)
                throw Broken("a container's runs are not in order");
            previous = end;
            if (chunk.Count + (end - start) >= cardinality)
                throw Broken($"a container has more positions than the {cardinality} that it says");
            for (int position = start; position <= end; position++)
                chunk.Add((ushort)position);
        }

        return chunk;
    }

    private static CorruptTableException Broken(string why) =>
        new("deletes.bitmap_broken", $"A bitmap of deleted rows is broken: {why}. The table must be repaired.");

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> left = bytes;

        public readonly bool IsAtEnd => left.IsEmpty;

        public ReadOnlySpan<byte> Bytes(int count)
        {
            ReadOnlySpan<byte> taken = left[..count];
            left = left[count..];
            return taken;
        }

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

        public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
    }

    /// <summary>Positions 0 to 65,535 of a chunk.</summary>
    private sealed class Chunk
    {
        // Ascending; null once the bitmap has taken over.
        private List<ushort>? list = [];
        private ulong[]? bitmap;

        public int Count { get; private set; }

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

        private void ToBitmap()
        {
            bitmap = new ulong[BitmapWords];
            foreach (ushort position in list!)
                bitmap[position / 64] |= 1UL << (position % 64);
            list = null;
        }
    }
}
