using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A leaf column of some row groups → Arrow arrays, from the first row to the last. Its pages are decompressed into memory of its own, which is
/// theirs until it is disposed; arrays own what they hold.
/// </summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the arrays.</param>
internal abstract class LeafDecoder(ColumnSource source, IArrowType type) : IColumnDecoder
{
    private readonly Queue<ChunkPages> chunks = new(source.Chunks);
    private readonly GrowingMemory slots = new(source.Name, source.Allocator);

    /// <summary>Slots of a row on average, and where they may vary, some more: then most batches find room for all.</summary>
    private readonly double slotsOfRow = source.IsRepeated ? 17 / 16.0 * source.Chunks.Sum(chunk => chunk.Values) / Math.Max(source.Chunks.Sum(chunk => chunk.Rows), 1) : 1;

    private ChunkPages? chunk;
    private bool hasNewDictionary;
    private long chunkValues, pageValues;

    /// <summary>Values of the chunks whose pages have not begun.</summary>
    private long valuesLeft = source.Chunks.Sum(chunk => chunk.Values);

    public string Name => source.Name;

    protected IArrowType Type => type;

    /// <summary>Where the memory of arrays comes from.</summary>
    protected MemoryAllocator Allocator => source.Allocator;

    /// <summary>Bytes of the one buffer that has a place for each slot.</summary>
    protected abstract long SlotBytes(int slots);

    /// <summary>Begins a batch.</summary>
    /// <param name="slots">How many there will probably be.</param>
    protected virtual void BeginBatch(int slots)
    {
    }

    /// <summary>The chunk's dictionary; null when it has none. Called before the first page that comes behind it.</summary>
    protected abstract void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary);

    /// <summary>Begins a data page's values.</summary>
    protected abstract void BeginPage(PageHeader header, ReadOnlyMemory<byte> values);

    /// <summary>Decodes the values of slots that follow one another.</summary>
    /// <param name="slots">The buffer with a place for each slot of the array up to these.</param>
    /// <param name="run">Which of them.</param>
    protected abstract void Decode(Span<byte> slots, in SlotRun run);

    /// <summary>The array of a batch whose values are all decoded.</summary>
    protected abstract ArrayData Finish(int slots, int nulls, ArrowBuffer validity, ArrowBuffer slotBuffer, TakenBuffers buffers);

    public ArrayData Read(int rows, TakenBuffers buffers)
    {
        Levels levels = source.Levels;
        int most = (int)Math.Min(Math.Min(valuesLeft + pageValues, source.MostValues), int.MaxValue), likely = (int)Math.Min(rows * slotsOfRow, most);
        slots.Begin(SlotBytes(likely), SlotBytes(most));
        BeginBatch(likely);
        // Offsets begin with a 0 also where there is no slot.
        slots.Room(SlotBytes(0)).Clear();
        for (levels.BeginBatch(rows); !levels.IsComplete;)
        {
            if (levels.TryNext(out SlotRun run))
                Decode(slots.Room(SlotBytes(run.First + run.Count)), run);
            else
                BeginNextPage();
        }

        ArrowBuffer validity = levels.TakeValidity(buffers);
        return Finish(levels.Slots, levels.Nulls, validity, slots.Take((int)SlotBytes(levels.Slots), buffers), buffers);
    }

    public virtual void Dispose()
    {
        slots.Dispose();
        source.Dispose();
    }

    private void BeginNextPage()
    {
        if (chunkValues == 0)
        {
            if (!chunks.TryDequeue(out chunk))
                throw new InvalidDataException("its pages have fewer rows than the footer says");
            source.Levels.BeginChunk(chunk.Rows);
            chunkValues = chunk.Values;
            hasNewDictionary = true;
            if (chunkValues == 0)
                return;
        }

        chunk!.MoveNext();
        if (hasNewDictionary)
            BeginChunk(chunk.Dictionary);
        hasNewDictionary = false;
        pageValues = chunk.Header.Values;
        (chunkValues, valuesLeft) = (chunkValues - pageValues, valuesLeft - pageValues);
        source.Levels.BeginPage(chunk, isLast: chunkValues == 0);
        BeginPage(chunk.Header, chunk.ValueBytes);
    }
}
