using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A flat column of some row groups → Arrow arrays, from the first row to the last. Its pages are decompressed into memory of its own, which is
/// theirs until it is disposed; arrays own what they hold.
/// </summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the arrays.</param>
/// <exception cref="InvalidDataException">Reading throws it for pages that break the format; the caller says of which file.</exception>
internal abstract class ColumnDecoder(ColumnSource source, IArrowType type) : IDisposable
{
    private readonly HybridReader levels = new();
    private readonly Queue<ChunkPages> chunks = new(source.Chunks);
    private ChunkPages? chunk;
    private bool hasNewDictionary;
    private long chunkRows;
    private int pageRows;

    /// <summary>For messages.</summary>
    public string Name => source.Name;

    protected IArrowType Type => type;

    /// <summary>Bytes of the one buffer that has a place for each row.</summary>
    protected abstract int SlotBytes(int rows);

    /// <summary>The chunk's dictionary; null when it has none. Called before the first page that comes behind it.</summary>
    protected abstract void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary);

    /// <summary>Begins a data page's values.</summary>
    protected abstract void BeginPage(PageHeader header, ReadOnlyMemory<byte> values);

    /// <summary>Decodes the values of rows that follow one another.</summary>
    /// <param name="slots">The buffer with a place for each row of the batch.</param>
    /// <param name="rows">Which of them.</param>
    protected abstract void Decode(Span<byte> slots, in RowRun rows);

    /// <summary>The array of a batch whose rows are all decoded.</summary>
    protected abstract ArrayData Finish(int rows, int nulls, ArrowBuffer validity, ArrowBuffer slots, TakenBuffers buffers);

    /// <summary>The next rows; the column has that many. Buffers are the caller's, also when this throws.</summary>
    public ArrayData Read(int rows, TakenBuffers buffers)
    {
        ArrowBuffer validity = buffers.Allocate(source.HasLevels ? (rows + 7) / 8 : 0, out Span<byte> bits);
        ArrowBuffer slots = buffers.Allocate(SlotBytes(rows), out Span<byte> slotBytes);
        int nulls = 0;
        for (int done = 0; done < rows;)
        {
            if (pageRows == 0)
            {
                BeginNextPage();
                continue;
            }

            int count = Math.Min(rows - done, pageRows);
            int valid = source.HasLevels ? levels.ReadBits(bits, done, count) : count;
            Decode(slotBytes, new RowRun(done, count, valid, bits));
            (done, pageRows, nulls) = (done + count, pageRows - count, nulls + count - valid);
        }

        return Finish(rows, nulls, validity, slots, buffers);
    }

    public virtual void Dispose() => source.Dispose();

    private void BeginNextPage()
    {
        if (chunkRows == 0)
        {
            chunk = chunks.Dequeue();
            chunkRows = chunk.Rows;
            hasNewDictionary = true;
            if (chunkRows == 0)
                return;
        }

        chunk!.MoveNext();
        if (hasNewDictionary)
            BeginChunk(chunk.Dictionary);
        hasNewDictionary = false;
        pageRows = (int)chunk.Header.Values;
        chunkRows -= pageRows;
        levels.Begin(chunk.Levels, 1);
        BeginPage(chunk.Header, chunk.Values);
    }
}
