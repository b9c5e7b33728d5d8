using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>A row group on its way.</summary>
/// <param name="Scan">The row group.</param>
/// <param name="Lease">Of what it holds itself.</param>
/// <param name="Deletes">Of what its file's row groups hold together: the deleted rows.</param>
/// <param name="Chunk">Held until all its batches have been handed on.</param>
/// <param name="File">The file's progress.</param>
internal sealed record LeasedScan(IRowGroupScan Scan, MemoryLease Lease, SharedLease Deletes, Chunk Chunk, FileProgress File) : IDisposable
{
    /// <summary>Among those that have been fetched; null when it needed none.</summary>
    public IDisposable? Place { get; init; }

    public void Dispose()
    {
        Scan.Dispose();
        Lease.Dispose();
        Deletes.Dispose();
        Place?.Dispose();
    }
}
