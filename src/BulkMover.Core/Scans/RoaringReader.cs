using System.Buffers.Binary;
using System.Numerics;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Scans;

/// <summary>Reads the chunks of a <see cref="PositionSet"/>; see <see cref="PositionSet.Parse"/>.</summary>
/// <param name="bytes">The bitmaps.</param>
/// <param name="maxCount">How many positions there may be.</param>
internal ref struct RoaringReader(ReadOnlySpan<byte> bytes, long maxCount)
{
    // Kinds of containers without runs are told by their size; the cookies are those of the format specification.
    public const int CookieWithoutRuns = 12346;
    private const int CookieWithRuns = 12347;
    private const int OffsetsFromContainers = 4;

    private ReadOnlySpan<byte> rest = bytes;
    private long left = maxCount;

    /// <param name="add">Gets each chunk by the higher bits of its positions, ascending.</param>
    /// <exception cref="CorruptTableException">The bytes break the format.</exception>
    public void Read(Action<long, PositionChunk> add)
    {
        try
        {
            long bitmaps = Int64();
            if (bitmaps is < 0 or > int.MaxValue)
                throw Broken($"it says to have {bitmaps} parts");
            long previous = -1;
            for (long i = 0; i < bitmaps; i++)
            {
                long high = UInt32();
                if (high <= previous)
                    throw Broken("its parts are not in order");
                // Rows are counted with 63 bits.
                if (high > int.MaxValue)
                    throw Broken("it has a negative position");
                previous = high;
                Read32(high << 32, add);
            }

            if (!rest.IsEmpty)
                throw Broken("bytes are left over behind its last part");
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new CorruptTableException("deletes.bitmap_broken", "A bitmap of deleted rows ends in the middle. The table must be repaired.", error);
        }
    }

    /// <summary>RoaringFormatSpec: cookie header, descriptive header, offset header, containers.</summary>
    private void Read32(long high, Action<long, PositionChunk> add)
    {
        uint cookie = UInt32();
        bool hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        if (!hasRuns && cookie != CookieWithoutRuns)
            throw Broken($"it begins with {cookie}");
        int count = hasRuns ? (int)(cookie >> 16) + 1 : (int)Math.Min(UInt32(), int.MaxValue);
        if (count > 1 << PositionSet.ChunkBits)
            throw Broken($"it says to have {count} containers");
        ReadOnlySpan<byte> runFlags = hasRuns ? Bytes((count + 7) / 8) : [];
        ReadOnlySpan<byte> descriptions = Bytes(4 * count);
        // Containers follow each other, so that their offsets tell nothing new.
        if (!hasRuns || count >= OffsetsFromContainers)
            Bytes(4 * count);

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
            PositionChunk chunk = isRuns ? ReadRuns(cardinality) : cardinality > PositionChunk.MaxListed ? ReadBitmap() : ReadList(cardinality);
            if (chunk.Count != cardinality)
                throw Broken($"a container has {chunk.Count} positions and says {cardinality}");
            add((high >> PositionSet.ChunkBits) + key, chunk);
        }
    }

    private PositionChunk ReadList(int cardinality)
    {
        ReadOnlySpan<byte> list = Bytes(2 * cardinality);
        var chunk = new PositionChunk();
        int previous = -1;
        for (int i = 0; i < cardinality; i++)
        {
            ushort position = BinaryPrimitives.ReadUInt16LittleEndian(list[(2 * i)..]);
            if (position <= previous)
                throw Broken("a container's positions are not in order");
            previous = position;
            chunk.Add(position);
        }

        return chunk;
    }

    private PositionChunk ReadBitmap()
    {
        var chunk = new PositionChunk();
        for (int word = 0; word < PositionChunk.BitmapWords; word++)
        {
            for (ulong bits = (ulong)Int64(); bits != 0; bits &= bits - 1)
                chunk.Add((ushort)((word * 64) + BitOperations.TrailingZeroCount(bits)));
        }

        return chunk;
    }

    private PositionChunk ReadRuns(int cardinality)
    {
        int runs = UInt16();
        var chunk = new PositionChunk();
        int previous = -1;
        for (int i = 0; i < runs; i++)
        {
            int start = UInt16(), end = start + UInt16();
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

    private ReadOnlySpan<byte> Bytes(int count)
    {
        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
}
