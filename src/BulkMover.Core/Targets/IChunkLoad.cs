using BulkMover.Core.Scans;

namespace BulkMover.Core.Targets;

/// <summary>The rows of one chunk on their way. Disposing it without a commit leaves nothing of it that counts.</summary>
public interface IChunkLoad : IAsyncDisposable
{
    /// <summary>Sends a block, or keeps it back within <see cref="LoadLimits.HeldBytes"/>. Takes the block over and disposes it, also on failure.</summary>
    /// <param name="block">What <see cref="ITargetLoad.Encode"/> made.</param>
    /// <param name="lane">
    /// Less than <see cref="LoadLimits.Lanes"/>. Blocks of one lane come one after another and each row group's in the order of its rows,
    /// so a target that keeps a lane's blocks together keeps the source's order.
    /// </param>
    /// <param name="cancellationToken">The engine's: it stops, also for another stage's failure.</param>
    /// <returns>Bytes that went out with this call.</returns>
    Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken);

    /// <summary>Bytes of memory that <see cref="TryAdoptAsync"/> needs.</summary>
    long AdoptBytes(ScanTask task) => 0;

    /// <summary>
    /// Makes a data file of the source, of which <see cref="TargetPlan.MayAdopt"/> says that it may be, part of the chunk as it is, if the file fits: its rows count
    /// as sent then. Safe for concurrent use.
    /// </summary>
    /// <param name="task">Which.</param>
    /// <param name="cancellationToken">Stops the copy; nothing of it counts.</param>
    /// <returns>Null when it has to be decoded: nothing was done.</returns>
    /// <exception cref="Errors.TargetException">It has to be decoded, and must not be.</exception>
    Task<AdoptedFile?> TryAdoptAsync(ScanTask task, CancellationToken cancellationToken) => Task.FromResult<AdoptedFile?>(null);

    /// <summary>
    /// Sends what was kept back, waits until the target has confirmed everything, and counts it: from then on the chunk has arrived, whatever
    /// happens to this program or to the target. One chunk at a time.
    /// </summary>
    /// <param name="rows">Rows that were sent. When the target counts another number it throws, and nothing has arrived (invariant 4).</param>
    /// <param name="tasks">Tells the scan tasks that they are the rows of; kept for <see cref="ITargetLoad.Arrived"/>.</param>
    /// <param name="cancellationToken">Stops before the chunk counts as arrived.</param>
    /// <returns>Bytes that went out with this call.</returns>
    Task<long> CommitAsync(long rows, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken);
}
