using Apache.Arrow;

namespace BulkMover.Core.Targets;

/// <summary>
/// Rows on their way into a target. Encode and send may run concurrently. Disposing without a commit leaves readers of the target
/// with what they saw before.
/// </summary>
public interface ITargetLoad : IAsyncDisposable
{
    /// <summary>Bytes that <see cref="Encode"/> needs at most beside the batch.</summary>
    long EncodeBytes(RecordBatch batch);

    /// <summary>
    /// Turns a batch into blocks of the target's wire format. Takes the batch over: it is disposed with the last block that uses its
    /// memory, or at once when this throws. A caller that stops early disposes the enumerator, which frees what it has not handed out.
    /// Needs no I/O.
    /// </summary>
    /// <exception cref="Errors.ValueOutOfRangeException">A value has no equal in the target's type (invariant 4).</exception>
    IEnumerable<IEncodedBlock> Encode(RecordBatch batch);

    /// <summary>Sends a block, or keeps it back within <see cref="LoadLimits.HeldBytes"/>. Takes the block over and disposes it, also on failure.</summary>
    /// <param name="block">What <see cref="Encode"/> made.</param>
    /// <param name="lane">
    /// Less than <see cref="LoadLimits.Writers"/>. Blocks of one lane come one after another and each row group's in the order of its rows,
    /// so a target that keeps a lane's blocks together keeps the source's order.
    /// </param>
    /// <param name="cancellationToken">The engine's: it stops, also for another stage's failure.</param>
    /// <returns>Bytes that went out with this call.</returns>
    Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken);

    /// <summary>Sends what was kept back and waits until the target has confirmed everything.</summary>
    /// <returns>Bytes that went out with this call.</returns>
    Task<long> FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Counts what has arrived and then makes it visible, at once where the target can. Only after <see cref="FlushAsync"/>. Invariant 3:
    /// repeating it changes nothing.
    /// </summary>
    /// <param name="rows">Rows that were sent. When the target counts another number it throws, and nothing becomes visible (invariant 4).</param>
    /// <param name="cancellationToken">Stops before the first step that readers can see; what has begun is brought to its end.</param>
    /// <returns>Rows that the target itself counts as having arrived with this load.</returns>
    Task<long> CommitAsync(long rows, CancellationToken cancellationToken);
}
