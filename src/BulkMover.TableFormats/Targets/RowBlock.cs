using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>Rows of one partition on their way into a file, still as Arrow has them: pages are made when there are enough for a row group.</summary>
/// <param name="rows">Taken over.</param>
/// <param name="partition">Which partition.</param>
internal sealed class RowBlock(RecordBatch rows, PartitionTuple partition) : IEncodedBlock
{
    private readonly long bytes = BatchMemory.Bytes(rows);
    private Action? released;
    private bool isDisposed;

    public RecordBatch Batch => rows;

    public PartitionTuple Partition => partition;

    public long Rows { get; } = rows.Length;

    public long Bytes => bytes;

    public long HeldBytes => bytes;

    public void OnDisposed(Action released) => this.released = released;

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        rows.Dispose();
        released?.Invoke();
    }
}
