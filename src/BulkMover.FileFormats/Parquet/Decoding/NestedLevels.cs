using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// Of a leaf inside of groups: its repetition and definition levels tell the slots of all nodes from the column down to it (README.md, "Nested
/// Encoding"). Levels are taken apart some thousand at a time, by comparing many at once; what is equal for long is read by filling.
/// </summary>
internal sealed class NestedLevels : Levels
{
    /// <summary>Levels that are unpacked at a time: they stay in the nearest cache.</summary>
    private const int AtOnce = 4096;

    private readonly HybridReader definitionReader = new(), repetitionReader = new();
    private readonly byte[] definitions = new byte[AtOnce], repetitions = new byte[AtOnce];
    private readonly int maxDefinition, maxRepetition;
    private readonly NodeSlots[] nodes;
    private readonly ElementStarts starts;

    // Rows of the batch and of the chunk that have not begun, values of the page whose levels are not unpacked, and the unpacked ones that are left.
    private int rowsLeft;
    private long chunkRowsLeft;
    private int pageLeft;
    private bool isLastPage = true;
    private int next, end;

    /// <param name="path">The nodes from the column down to the leaf.</param>
    /// <param name="column">For messages.</param>
    /// <param name="allocator">Where the memory of arrays comes from.</param>
    public NestedLevels(IReadOnlyList<NodeLevels> path, string column, MemoryAllocator allocator)
    {
        starts = new ElementStarts(path, AtOnce);
        (maxDefinition, maxRepetition) = (path[^1].Defined, path[^1].Depth);
        // Values are put where the leaf has some, also when it has to have one but a struct around it is null.
        nodes = [.. path.Select((node, i) => new NodeSlots(node, i == path.Count - 1 ? starts.MayMiss(node) : node.IsNullable || node.IsOptionalKey, column, allocator))];
    }

    /// <summary>From the column down to the leaf.</summary>
    public IReadOnlyList<NodeSlots> Nodes => nodes;

    public override int Slots => Leaf.Count;

    public override int Nulls => Leaf.Node.IsNullable ? Leaf.Missing : 0;

    /// <remarks>Where the last row ends only the row behind it shows, or the end of the chunk.</remarks>
    public override bool IsComplete => rowsLeft == 0 && (maxRepetition == 0 || (next < end ? repetitions[next] == 0 : pageLeft == 0 && isLastPage));

    private NodeSlots Leaf => nodes[^1];

    public override void BeginBatch(int rows)
    {
        rowsLeft = rows;
        foreach (NodeSlots node in nodes)
            node.BeginBatch(rows);
    }

    public override void BeginChunk(long rows)
    {
        if (chunkRowsLeft > 0)
            throw new InvalidDataException("its pages have fewer rows than the footer says");
        chunkRowsLeft = rows;
        starts.BeginChunk();
    }

    public override void BeginPage(ChunkPages chunk, bool isLast)
    {
        (pageLeft, isLastPage) = ((int)chunk.Header.Values, isLast);
        definitionReader.Begin(chunk.Definitions, Bits.WidthOf(maxDefinition));
        repetitionReader.Begin(chunk.Repetitions, Bits.WidthOf(maxRepetition));
    }

    public override bool TryNext(out SlotRun run)
    {
        run = default;
        if (next == end && !Unpack())
            return false;
        int count = TakeRows(), first = Leaf.Count, missing = Leaf.Missing;
        ReadOnlySpan<byte> taken = definitions.AsSpan(next, count);
        starts.Find(taken, repetitions.AsSpan(next, count));
        foreach (NodeSlots node in nodes)
            node.Append(starts.At(node.Node.Depth), taken, node.Node.IsList ? starts.At(node.Node.Depth + 1) : []);
        next += count;
        if (next < end && chunkRowsLeft == 0)
            throw new InvalidDataException("its pages have more rows than the footer says");
        int slots = Leaf.Count - first;
        run = new SlotRun(first, slots, slots - (Leaf.Missing - missing), Leaf.Validity);
        return true;
    }

    public override ArrowBuffer TakeValidity(TakenBuffers buffers) => Leaf.TakeValidity(buffers);

    public override void Dispose()
    {
        foreach (NodeSlots node in nodes)
            node.Dispose();
    }

    /// <summary>Unpacks the next levels of the page; false at its end.</summary>
    private bool Unpack()
    {
        (next, end) = (0, Math.Min(AtOnce, pageLeft));
        pageLeft -= end;
        Unpack(definitionReader, definitions.AsSpan(0, end), maxDefinition);
        Unpack(repetitionReader, repetitions.AsSpan(0, end), maxRepetition);
        return end > 0;
    }

    private static void Unpack(HybridReader reader, Span<byte> levels, int max)
    {
        // Levels that can only be 0 are not stored.
        if (max == 0)
        {
            levels.Clear();
            return;
        }

        reader.Read(levels);
        if (levels.ContainsAnyExceptInRange((byte)0, (byte)max))
            throw new InvalidDataException($"a level is above {max}, the highest that the schema has");
    }

    /// <summary>How many of the unpacked levels are of the batch's rows. Counts the rows that begin with them.</summary>
    private int TakeRows()
    {
        ReadOnlySpan<byte> left = repetitions.AsSpan(next, end - next);
        int count = left.Length, rows = left.Count((byte)0);
        if (rows > rowsLeft)
            (count, rows) = (FindRow(left, rowsLeft), rowsLeft);
        if (rows > chunkRowsLeft)
            throw new InvalidDataException("its pages have more rows than the footer says");
        (rowsLeft, chunkRowsLeft) = (rowsLeft - rows, chunkRowsLeft - rows);
        return count;
    }

    /// <summary>Where a row begins.</summary>
    /// <param name="levels">Repetition levels, of which so many and one more begin a row.</param>
    /// <param name="row">Its number among those that begin there.</param>
    private static int FindRow(ReadOnlySpan<byte> levels, int row)
    {
        int at = levels.IndexOf((byte)0);
        for (; row > 0; row--)
            at += 1 + levels[(at + 1)..].IndexOf((byte)0);
        return at;
    }
}
