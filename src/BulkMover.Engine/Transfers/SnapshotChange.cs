using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>Whether a copy can go on with another snapshot than the one it began with.</summary>
public static class SnapshotChange
{
    /// <summary>Iterates the plan of the other snapshot once.</summary>
    /// <param name="arrived">What has arrived of the one that the copy began with.</param>
    /// <param name="snapshot">The other one.</param>
    /// <param name="scan">What would be read of it.</param>
    /// <param name="cancellationToken">Stops the plan.</param>
    /// <returns>Data files whose rows have arrived and that the other snapshot does not have, or not with the same deletes and columns; it can go on when there are none.</returns>
    public static async Task<long> CountGoneAsync(
        IReadOnlyCollection<ArrivedChunk> arrived, ITableSnapshot snapshot, Scan scan, CancellationToken cancellationToken)
    {
        var tasks = new ArrivedTasks(arrived);
        var keys = new TaskKeys(scan);
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
            tasks.Meet(keys.Of(task));
        return tasks.Left;
    }
}
