using Apache.Arrow;
using BulkMover.Engine.Memory;

namespace BulkMover.Engine.Transfers;

/// <summary>A batch on its way, with the lease of what it holds and of what encoding it will hold.</summary>
internal sealed record LeasedBatch(RecordBatch Batch, MemoryLease Lease) : IDisposable
{
    public void Dispose()
    {
        Batch.Dispose();
        Lease.Dispose();
    }
}
