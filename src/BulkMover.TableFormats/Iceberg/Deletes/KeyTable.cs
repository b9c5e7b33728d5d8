using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// The values of equality delete files, encoded as bytes, each with the newest file that has them. Filled by one caller, then only read. A
/// row costs no object: keys lie behind each other in large blocks.
/// </summary>
internal sealed class KeyTable
{
    private const int BlockBytes = 1 << 20;

    private readonly List<byte[]> blocks = [];
    private int used;
    private int[] buckets = new int[64];
    private Entry[] entries = new Entry[64];

    public int Count { get; private set; }

    /// <summary>Keeps the higher sequence number of a key that is there already.</summary>
    public void Add(ReadOnlySpan<byte> key, long sequenceNumber)
    {
        ulong hash = XxHash3.HashToUInt64(key);
        int found = Find(key, hash);
        if (found >= 0)
        {
            entries[found].SequenceNumber = Math.Max(entries[found].SequenceNumber, sequenceNumber);
            return;
        }

        if (Count == entries.Length)
            Grow();
        (int block, int offset) = Store(key);
        ref int bucket = ref buckets[Bucket(hash)];
        entries[Count] = new Entry { Hash = hash, Next = bucket - 1, Block = block, Offset = offset, Length = key.Length, SequenceNumber = sequenceNumber };
        bucket = ++Count;
    }

    /// <summary>The sequence number of the newest delete of the key; null when there is none.</summary>
    public long? NewestDelete(ReadOnlySpan<byte> key)
    {
        int found = Find(key, XxHash3.HashToUInt64(key));
        return found >= 0 ? entries[found].SequenceNumber : null;
    }

    private int Find(ReadOnlySpan<byte> key, ulong hash)
    {
        for (int i = buckets[Bucket(hash)] - 1; i >= 0; i = entries[i].Next)
        {
            ref readonly Entry entry = ref entries[i];
            if (entry.Hash == hash && blocks[entry.Block].AsSpan(entry.Offset, entry.Length).SequenceEqual(key))
                return i;
        }

        return -1;
    }

    private int Bucket(ulong hash) => (int)(hash & (uint)(buckets.Length - 1));

    private (int Block, int Offset) Store(ReadOnlySpan<byte> key)
    {
        if (blocks.Count == 0 || key.Length > blocks[^1].Length - used)
        {
            blocks.Add(new byte[Math.Max(BlockBytes, key.Length)]);
            used = 0;
        }

        int offset = used;
        key.CopyTo(blocks[^1].AsSpan(offset));
        used += key.Length;
        return (blocks.Count - 1, offset);
    }

    private void Grow()
    {
        Array.Resize(ref entries, checked(2 * entries.Length));
        buckets = new int[entries.Length];
        for (int i = 0; i < Count; i++)
        {
            ref int bucket = ref buckets[Bucket(entries[i].Hash)];
            entries[i].Next = bucket - 1;
            bucket = i + 1;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public ulong Hash;
        public long SequenceNumber;

        /// <summary>The next entry of the bucket; -1 at its end.</summary>
        public int Next;
        public int Block;
        public int Offset;
        public int Length;
    }
}
