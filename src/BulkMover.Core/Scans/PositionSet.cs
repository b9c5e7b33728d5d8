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
    internal const int ChunkBits = 16;

    private readonly Dictionary<long, PositionChunk> chunks = [];

    public long Count => chunks.Values.Sum(chunk => (long)chunk.Count);

    /// <summary>Those that are not empty, by the higher bits of their positions, ascending.</summary>
    internal IEnumerable<KeyValuePair<long, PositionChunk>> Chunks => chunks.OrderBy(chunk => chunk.Key);

    /// <summary>A set of 64-bit numbers in the portable serialisation of roaring bitmaps (RoaringFormatSpec, "Extension for 64-bit implementations").</summary>
    /// <param name="bytes">The bitmaps.</param>
    /// <param name="maxCount">How many positions there may be: some bytes stand for thousands, and memory must not follow them.</param>
    /// <exception cref="CorruptTableException">The bytes break the format; the caller says whose they are.</exception>
    public static PositionSet Parse(ReadOnlySpan<byte> bytes, long maxCount)
    {
        var set = new PositionSet();
        new RoaringReader(bytes, maxCount).Read(set.chunks.Add);
        return set;
    }

    /// <summary>The bytes that <see cref="Parse"/> reads, without runs.</summary>
    public byte[] ToRoaring() => RoaringWriter.Write(this);

    public void Add(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ref PositionChunk? chunk = ref CollectionsMarshal.GetValueRefOrAddDefault(chunks, position >> ChunkBits, out _);
        (chunk ??= new PositionChunk()).Add((ushort)position);
    }

    public bool Contains(long position) => chunks.TryGetValue(position >> ChunkBits, out PositionChunk? chunk) && chunk.Contains((ushort)position);

    public bool HasAll(long firstPosition, long count)
    {
        long end = firstPosition + count;
        for (long start = firstPosition; start < end;)
        {
            long next = Math.Min(((start >> ChunkBits) + 1) << ChunkBits, end);
            if (!chunks.TryGetValue(start >> ChunkBits, out PositionChunk? chunk) || !chunk.HasAll((int)(start & ((1 << ChunkBits) - 1)), (int)(next - start)))
                return false;
            start = next;
        }

        return true;
    }

    public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
    {
        long end = firstPosition + deleted.Length;
        for (long key = firstPosition >> ChunkBits; key << ChunkBits < end; key++)
        {
            if (!chunks.TryGetValue(key, out PositionChunk? chunk))
                continue;
            long start = key << ChunkBits;
            int from = (int)Math.Max(firstPosition - start, 0);
            int to = (int)Math.Min(end - start, 1 << ChunkBits);
            chunk.Mark(from, deleted.Slice((int)(start + from - firstPosition), to - from));
        }
    }
}
