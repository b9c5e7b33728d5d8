using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The slots of a node in a batch, as the levels of one of its leaves tell them: which are there, and of a list where its elements begin.</summary>
/// <param name="node">The node.</param>
/// <param name="hasValidity">Slots may have nothing in them, and it matters which.</param>
/// <param name="column">For messages.</param>
/// <param name="allocator">Where memory comes from.</param>
internal sealed class NodeSlots(NodeLevels node, bool hasValidity, string column, MemoryAllocator allocator) : IDisposable
{
    private readonly GrowingMemory validity = new(column, allocator), offsets = new(column, allocator);
    private long elements;

    public NodeLevels Node => node;

    public int Count { get; private set; }

    /// <summary>Slots that have nothing in them, be it that something around them is null; 0 where it does not matter.</summary>
    public int Missing { get; private set; }

    /// <summary>Bits of the slots; empty where it does not matter.</summary>
    public ReadOnlySpan<byte> Validity => validity.Room(hasValidity ? (Count + 7L) / 8 : 0);

    private ReadOnlySpan<byte> Offsets => offsets.Room(node.IsList ? (Count + 1L) * sizeof(int) : 0);

    public void BeginBatch(int rows)
    {
        // Inside of lists, about as many as last time, or some more.
        long likely = node.Depth == 0 ? rows : Count + (Count / 16L);
        validity.Begin(hasValidity ? (likely + LevelMasks.Word - 1) / LevelMasks.Word * sizeof(ulong) : 0, long.MaxValue);
        offsets.Begin(node.IsList ? (likely + 1) * sizeof(int) : 0, long.MaxValue);
        offsets.Room(node.IsList ? sizeof(int) : 0).Clear();
        (Count, Missing, elements) = (0, 0, 0);
    }

    /// <summary>Appends slots.</summary>
    /// <param name="slots">Bits of the values with which a slot of the node begins.</param>
    /// <param name="definitions">Definition levels of the values.</param>
    /// <param name="elementStarts">Of a list: bits of the values with which an element begins.</param>
    public void Append(ReadOnlySpan<ulong> slots, ReadOnlySpan<byte> definitions, ReadOnlySpan<ulong> elementStarts)
    {
        int count = 0;
        foreach (ulong word in slots)
            count += BitOperations.PopCount(word);
        if (node.IsList)
            AppendOffsets(slots, elementStarts, count);
        if (hasValidity)
            AppendValidity(slots, definitions, count);
        Count = checked(Count + count);
    }

    /// <summary>Another leaf tells the same.</summary>
    public bool AgreesWith(NodeSlots other) =>
        Count == other.Count && Missing == other.Missing && Validity.SequenceEqual(other.Validity) && Offsets.SequenceEqual(other.Offsets);

    /// <summary>None where the node cannot be null.</summary>
    public ArrowBuffer TakeValidity(TakenBuffers buffers) => validity.Take(node.IsNullable ? (int)((Count + 7L) / 8) : 0, buffers);

    public ArrowBuffer TakeOffsets(TakenBuffers buffers) => offsets.Take((Count + 1) * sizeof(int), buffers);

    /// <summary>Gives back what was not taken of the batch.</summary>
    public void Dispose()
    {
        validity.Dispose();
        offsets.Dispose();
    }

    private void AppendValidity(ReadOnlySpan<ulong> slots, ReadOnlySpan<byte> definitions, int count)
    {
        Span<ulong> bits = MemoryMarshal.Cast<byte, ulong>(validity.Room((((long)Count + count + LevelMasks.Word - 1) / LevelMasks.Word) * sizeof(ulong)));
        Span<ulong> defined = stackalloc ulong[slots.Length];
        LevelMasks.AtLeast(definitions, node.Defined, defined);
        int place = Count;
        for (int i = 0; i < slots.Length; i++)
        {
            int inWord = BitOperations.PopCount(slots[i]);
            ulong valid = Bits.Extract(defined[i], slots[i]);
            Bits.Append(bits, place, valid, inWord);
            place += inWord;
            Missing += inWord - BitOperations.PopCount(valid);
        }
    }

    private void AppendOffsets(ReadOnlySpan<ulong> slots, ReadOnlySpan<ulong> elementStarts, int count)
    {
        Span<int> begins = MemoryMarshal.Cast<byte, int>(offsets.Room((Count + (long)count + 1) * sizeof(int)))[Count..];
        int list = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            ulong starts = elementStarts[i];
            for (ulong left = slots[i]; left != 0; left &= left - 1)
                begins[list++] = (int)elements + BitOperations.PopCount(starts & ((left & (0 - left)) - 1));
            elements += BitOperations.PopCount(starts);
        }

        if (elements > int.MaxValue)
            throw new UnsupportedFeatureException("file.row_too_large", $"A batch of column '{column}' has more than 2^31 elements. Leave it out with --columns.");
        begins[list] = (int)elements;
    }
}
