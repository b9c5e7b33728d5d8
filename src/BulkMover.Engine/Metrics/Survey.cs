using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Metrics;

/// <summary>What a scan will move, from metadata alone.</summary>
/// <param name="Files">Data files.</param>
/// <param name="Rows">Rows in them that are not deleted, before the filter; null when a file's metadata does not tell.</param>
/// <param name="Bytes">Length of the files, columns that are not read included.</param>
public sealed record Survey(long Files, long? Rows, long Bytes)
{
    /// <summary>Of the files, those that may be adopted, as far as metadata tell.</summary>
    public long AdoptableFiles { get; init; }

    /// <summary>Length of those.</summary>
    public long AdoptableBytes { get; init; }

    /// <summary>As below, of a scan that is only looked at.</summary>
    public static Task<Survey> TakeAsync(ITableSnapshot snapshot, Scan scan, CancellationToken cancellationToken) => TakeAsync(snapshot, scan, _ => false, cancellationToken);

    /// <summary>
    /// Iterates the plan once and keeps none of it. Invariant 8: whatever metadata can tell to be unreadable is refused here, before a
    /// byte of data moves.
    /// </summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="scan">What is read of it.</param>
    /// <param name="mayAdopt">As <see cref="TargetPlan.MayAdopt"/>.</param>
    /// <param name="cancellationToken">Stops the plan.</param>
    public static async Task<Survey> TakeAsync(ITableSnapshot snapshot, Scan scan, Predicate<ScanTask> mayAdopt, CancellationToken cancellationToken)
    {
        (long files, long? rows, long bytes, long adoptableFiles, long adoptableBytes) = (0, 0, 0, 0, 0);
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            files++;
            rows += task.Rows - (task.Deletes is null ? 0 : task.Deletes.Rows);
            bytes += task.FileBytes;
            if (!mayAdopt(task))
                continue;
            adoptableFiles++;
            adoptableBytes += task.FileBytes;
        }

        return new Survey(files, rows, bytes) { AdoptableFiles = adoptableFiles, AdoptableBytes = adoptableBytes };
    }
}
