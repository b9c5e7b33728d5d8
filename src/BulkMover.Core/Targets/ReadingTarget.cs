namespace BulkMover.Core.Targets;

/// <summary>A target for a copy that brings nothing anywhere: what is copied into it is looked at.</summary>
/// <param name="name">Of what the rows are compared with, for messages.</param>
/// <param name="plan">As <see cref="ITarget.PlanAsync"/>.</param>
/// <param name="begin">What is done with the rows of one run, from nothing: a run that fails is begun again.</param>
public sealed class ReadingTarget(string name, Func<TargetRequest, CancellationToken, Task<TargetPlan>> plan, Func<TargetPlan, ReadingLoad> begin) : ITarget
{
    public string Name => name;

    public Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TransferRecord>>([]);

    public Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken) => plan(request, cancellationToken);

    public Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken) => throw new NotSupportedException("It has no transfers.");

    public Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyCollection<ArrivedChunk>>([]);

    public Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) => Task.FromResult<ITargetLoad>(begin(plan));

    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<Comparison?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
