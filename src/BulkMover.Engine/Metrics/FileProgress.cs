using BulkMover.Core.Scans;

namespace BulkMover.Engine.Metrics;

/// <summary>
/// Turns row groups that are done into planned bytes that are done. Row groups ruled out by statistics never appear, so what is left of
/// the file counts as done with its last row group.
/// </summary>
internal sealed class FileProgress(ScanTask task, TransferMeter meter)
{
    private readonly Lock gate = new();
    private long bytesLeft = task.FileBytes;

    // One for whoever lists the row groups.
    private int unfinished = 1;

    public void Begin()
    {
        lock (gate)
            unfinished++;
    }

    /// <summary>A row group is done.</summary>
    public void End(IRowGroupScan scan) =>
        End(task.Rows > 0 ? (long)(task.FileBytes * ((double)scan.Rows / task.Rows.Value)) : scan.HeldBytes + scan.FetchBytes);

    /// <summary>All row groups are listed.</summary>
    public void EndListing() => End(0);

    private void End(long share)
    {
        lock (gate)
        {
            long done = --unfinished == 0 ? bytesLeft : Math.Min(share, bytesLeft);
            bytesLeft -= done;
            meter.AddPlannedBytesDone(done);
        }
    }
}
