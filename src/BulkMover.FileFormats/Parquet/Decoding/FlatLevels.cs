using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Of a column without groups: a row is a slot, and its level the bit of its validity.</summary>
/// <param name="column">For messages.</param>
/// <param name="isNullable">There are levels.</param>
/// <param name="allocator">Where validity's memory comes from.</param>
internal sealed class FlatLevels(string column, bool isNullable, MemoryAllocator allocator) : Levels
{
    private readonly HybridReader reader = new();
    private readonly GrowingMemory validity = new(column, allocator);
    private int rows, done, nulls, pageRows;

    public override int Slots => done;

    public override int Nulls => nulls;

    public override bool IsComplete => done == rows;

    private int ValidityBytes => isNullable ? (rows + 7) / 8 : 0;

    public override void BeginBatch(int rows) => (this.rows, done, nulls) = (rows, 0, 0);

    /// <remarks>The footer was held to it that there are as many values as rows.</remarks>
    public override void BeginChunk(long rows)
    {
    }

    public override void BeginPage(ChunkPages chunk, bool isLast)
    {
        pageRows = (int)chunk.Header.Values;
        reader.Begin(chunk.Definitions, 1);
    }

    public override bool TryNext(out SlotRun run)
    {
        int count = Math.Min(rows - done, pageRows);
        Span<byte> bits = validity.Room(ValidityBytes);
        int valid = isNullable ? reader.ReadBits(bits, done, count) : count;
        run = new SlotRun(done, count, valid, bits);
        (done, pageRows, nulls) = (done + count, pageRows - count, nulls + count - valid);
        return count > 0;
    }

    public override ArrowBuffer TakeValidity(TakenBuffers buffers) => validity.Take(ValidityBytes, buffers);

    public override void Dispose() => validity.Dispose();
}
