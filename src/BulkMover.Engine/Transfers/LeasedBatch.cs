using Apache.Arrow;
using BulkMover.Engine.Memory;

namespace BulkMover.Engine.Transfers;

/// <summary>A batch on its way, with the lease of what it holds and of what encoding it will hold.</summary>
/// <param name="Batch">Rows of one row group.</param>
/// <param name="Lease">Split among the blocks that the batch becomes.</param>
/// <param name="Chunk">Held until all its blocks have been handed on.</param>
/// <param name="Lane">Of all batches of its row group: they stay in order.</param>
internal sealed record LeasedBatch(RecordBatch Batch, MemoryLease Lease, Chunk Chunk, Lane Lane) : IDisposable
{
    private readonly TaskCompletionSource handedOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when all its blocks have been handed on, or never will be.</summary>
    public Task HandedOn => handedOn.Task;

    public void EndHandingOn() => handedOn.TrySetResult();

    public void Dispose()
    {
        Batch.Dispose();
        Lease.Dispose();
        EndHandingOn();
    }
}
