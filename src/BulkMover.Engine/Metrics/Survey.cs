using BulkMover.Core.Scans;
using BulkMover.Core.Tables;

namespace BulkMover.Engine.Metrics;

/// <summary>What a scan will move, from metadata alone.</summary>
/// <param name="Files">Data files.</param>
/// <param name="Rows">Rows in them that are not deleted, before the filter; null when a file's metadata does not tell.</param>
/// <param name="Bytes">Length of the files, columns that are not read included.</param>
public sealed record Survey(long Files, long? Rows, long Bytes)
{
    /// <summary>
    /// Iterates the plan once and keeps none of it. Invariant 8: whatever metadata can tell to be unreadable is refused here, before a
    /// byte of data moves.
    /// </summary>
    public static async Task<Survey> TakeAsync(ITableSnapshot snapshot, Scan scan, CancellationToken cancellationToken)
    {
        (long files, long? rows, long bytes) = (0, 0, 0);
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            files++;
            rows += task.Rows - (task.Deletes is null ? 0 : task.Deletes.Rows);
            bytes += task.FileBytes;
        }

        return new Survey(files, rows, bytes);
    }
}
