namespace BulkMover.Core.Targets;

/// <summary>A table to write to.</summary>
public interface ITarget : IAsyncDisposable
{
    /// <summary>Where it is, without secrets, for messages and the transfer id.</summary>
    string Name { get; }

    /// <summary>Checks that the copy can be taken and says how. Changes nothing.</summary>
    /// <exception cref="Errors.TargetException">A type has no equal, the table does not fit, or it has rows that <c>create</c> must not touch.</exception>
    /// <exception cref="Errors.EnvironmentException">The target cannot be reached.</exception>
    Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken);

    /// <summary>Starts to take rows, out of readers' sight.</summary>
    Task<ITargetLoad> BeginAsync(TransferId transfer, TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken);
}
