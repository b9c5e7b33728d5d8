using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>A row group on its way, with the lease of what it holds.</summary>
internal sealed record LeasedScan(IRowGroupScan Scan, MemoryLease Lease, FileProgress File) : IDisposable
{
    public void Dispose()
    {
        Scan.Dispose();
        Lease.Dispose();
    }
}
