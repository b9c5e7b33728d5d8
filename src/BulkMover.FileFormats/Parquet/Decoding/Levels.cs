using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>What the levels of a leaf column say, page after page: which slots its array has in a batch, and which of them a value.</summary>
/// <exception cref="InvalidDataException">Thrown by every method for levels that break the format.</exception>
internal abstract class Levels : IDisposable
{
    /// <summary>Slots of the batch so far.</summary>
    public abstract int Slots { get; }

    /// <summary>Those of them that are null.</summary>
    public abstract int Nulls { get; }

    /// <summary>All rows of the batch have been read to their ends.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>Begins a batch of that many rows.</summary>
    public abstract void BeginBatch(int rows);

    /// <summary>Begins a chunk, behind all pages of the one before it.</summary>
    /// <param name="rows">Rows that it has, by the footer.</param>
    public abstract void BeginChunk(long rows);

    /// <summary>Begins a page, behind all slots of the one before it.</summary>
    /// <param name="chunk">Its levels, which stay as they are until the next page begins.</param>
    /// <param name="isLast">The chunk has no other values behind it.</param>
    public abstract void BeginPage(ChunkPages chunk, bool isLast);

    /// <summary>The next slots, none perhaps; false when the batch is not complete at the end of the page.</summary>
    public abstract bool TryNext(out SlotRun run);

    /// <summary>The bits of all slots; none where no slot can be null.</summary>
    public abstract ArrowBuffer TakeValidity(TakenBuffers buffers);

    public abstract void Dispose();
}
