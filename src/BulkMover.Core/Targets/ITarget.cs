using BulkMover.Core.Scans;

namespace BulkMover.Core.Targets;

/// <summary>A table to write to.</summary>
public interface ITarget : IAsyncDisposable
{
    /// <summary>Where it is, without secrets, for messages and the transfer id.</summary>
    string Name { get; }

    /// <summary>How large batches cost the target least.</summary>
    BatchSize BestBatches => BatchSize.Usual;

    /// <summary>Whether a lane in which nothing is sent costs a load nothing, so that a copy may send in more or fewer lanes as it goes.</summary>
    bool LanesAreFree => false;

    /// <summary>The transfers into this table that the target remembers, oldest first.</summary>
    /// <exception cref="Errors.EnvironmentException">The target cannot be reached.</exception>
    Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken);

    /// <summary>Removes what a transfer has left in the target, but for the rows that readers see.</summary>
    /// <exception cref="Errors.InvalidInputException">The target does not know it.</exception>
    /// <exception cref="Errors.TargetException">It is running.</exception>
    Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken);

    /// <summary>Checks that the copy can be taken and says how. Changes nothing.</summary>
    /// <exception cref="Errors.TargetException">A type has no equal, the table does not fit, or it has rows that <c>create</c> must not touch.</exception>
    /// <exception cref="Errors.EnvironmentException">The target cannot be reached.</exception>
    Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken);

    /// <summary>As <see cref="PlanAsync"/>, of a transfer that <see cref="TransferRecord.HasArrived"/>: nothing is left but the commit of the load that it begins.</summary>
    /// <param name="transfer">Which.</param>
    /// <param name="verify">As <see cref="TargetRequest.Verify"/>.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken);

    /// <summary>The chunks of an unfinished transfer that the next run will have in <see cref="ITargetLoad.Arrived"/> or <see cref="ITargetLoad.Halfway"/>.</summary>
    Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken);

    /// <summary>Starts to take rows, out of readers' sight, or goes on where an earlier run of the transfer stopped.</summary>
    /// <exception cref="Errors.TargetException">The same transfer is running elsewhere.</exception>
    Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken);

    /// <summary>Compares the rows that a complete transfer has brought, as they were read of the source then, with those that the target has now. Changes nothing.</summary>
    /// <returns>Null when the target does not have them any more, or never had: it was replaced, or the transfer is not complete. Null too where it does not remember what was read.</returns>
    /// <exception cref="Errors.TargetException">The target has rows that came in another way, so that these cannot be told from them.</exception>
    Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken);
}
