using Apache.Arrow;

namespace BulkMover.Core.Targets;

/// <summary>
/// A transfer on its way into a target: chunks of rows that arrive one by one, out of readers' sight, and then the commit. What has arrived
/// stays in the target when the load is disposed before the commit: the next load of the same transfer has it in <see cref="Arrived"/>.
/// Encode and send may run concurrently.
/// </summary>
public interface ITargetLoad : IAsyncDisposable
{
    /// <summary>Chunks that are in the target to stay, by number; they must not be sent again.</summary>
    IReadOnlyDictionary<long, ArrivedChunk> Arrived { get; }

    /// <summary>
    /// Chunks of an earlier run that have come to some places of the target and not to all: each has to be sent again under its number, with the
    /// same scan tasks.
    /// </summary>
    IReadOnlyDictionary<long, ArrivedChunk> Halfway { get; }

    /// <summary>
    /// The commit has compared the rows before it showed them, as <see cref="TargetRequest.Verify"/> asks. False also where an earlier run had begun
    /// to show them.
    /// </summary>
    bool IsVerified { get; }

    /// <summary>Bytes of <see cref="LoadLimits.HeldBytes"/> that the load takes for itself as long as it lives, and for no block.</summary>
    long WriterBytes => 0;

    /// <summary>Bytes that <see cref="Encode"/> needs at most beside the batch.</summary>
    long EncodeBytes(RecordBatch batch);

    /// <summary>
    /// Turns a batch into blocks of the target's wire format. Takes the batch over: it is disposed with the last block that uses its
    /// memory, or at once when this throws. A caller that stops early disposes the enumerator, which frees what it has not handed out.
    /// Needs no I/O.
    /// </summary>
    /// <exception cref="Errors.ValueOutOfRangeException">A value has no equal in the target's type (invariant 4).</exception>
    IEnumerable<IEncodedBlock> Encode(RecordBatch batch);

    /// <summary>Opens a chunk that is not in <see cref="Arrived"/>; it may have arrived in part before, which is thrown away. The caller disposes it.</summary>
    /// <param name="number">From 0, of no other chunk of the transfer that has arrived.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken);

    /// <summary>
    /// Makes all chunks visible, at once where the target can. Only after each was committed. Invariant 3: repeating it changes nothing.
    /// </summary>
    /// <param name="rows">Rows of all chunks. When the target counts another number it throws, and nothing becomes visible (invariant 4).</param>
    /// <param name="cancellationToken">Stops before the first step that readers can see; what has begun is brought to its end.</param>
    /// <exception cref="Errors.RowsDifferException">They were to be compared, and differ from those that were read; nothing becomes visible.</exception>
    /// <returns>Rows that the target itself counts as having arrived with this transfer.</returns>
    Task<long> CommitAsync(long rows, CancellationToken cancellationToken);
}
