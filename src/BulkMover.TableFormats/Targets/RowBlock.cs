using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// Rows on their way into files, still as Arrow has them: pages are made when there are enough for a row group. Rows of one partition follow one another.
/// </summary>
/// <param name="rows">Taken over.</param>
/// <param name="runs">Which of them are of which partition, all of them, in their order.</param>
internal sealed class RowBlock(RecordBatch rows, IReadOnlyList<(PartitionTuple Partition, int Rows)> runs) : IEncodedBlock
{
    private readonly long bytes = BatchMemory.Bytes(rows);
    private Action? released;
    private Action? freed;
    private int rowsLeft = rows.Length;

    public RecordBatch Batch => rows;

    public long Rows { get; } = rows.Length;

    public long Bytes => bytes;

    public long HeldBytes => bytes;

    public void OnDisposed(Action released) => this.released = released;

    /// <summary>Runs once, when the block is disposed: a lane counts what it holds here.</summary>
    public void OnFreed(Action freed) => this.freed = freed;

    /// <summary>The rows of each partition. When all have been released, the block is disposed.</summary>
    public IEnumerable<(PartitionTuple Partition, RowSlice Slice)> Slices()
    {
        int offset = 0;
        foreach ((PartitionTuple partition, int count) in runs)
        {
            yield return (partition, new RowSlice(this, offset, count));
            offset += count;
        }
    }

    /// <summary>So many rows are written; each is released once.</summary>
    public void Release(int count)
    {
        if (Interlocked.Add(ref rowsLeft, -count) == 0)
            Free();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref rowsLeft, 0) > 0)
            Free();
    }

    private void Free()
    {
        rows.Dispose();
        released?.Invoke();
        freed?.Invoke();
    }
}
