using Apache.Arrow;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Tuning;

/// <summary>A target that rows are copied into for a while: they arrive beside its table, as those of any copy do, and are never shown.</summary>
/// <param name="target">Stays the caller's.</param>
internal sealed class SampleTarget(ITarget target) : ITarget
{
    public string Name => target.Name;

    public BatchSize BestBatches => target.BestBatches;

    public bool LanesAreFree => target.LanesAreFree;

    public Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) => target.TransfersAsync(cancellationToken);

    public Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken) => target.DiscardAsync(transfer, cancellationToken);

    public Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken) => target.PlanAsync(request, cancellationToken);

    public Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken) => throw new NotSupportedException("A sample is never shown.");

    public Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) => target.ArrivedAsync(transfer, cancellationToken);

    public async Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) =>
        new Load(await target.BeginAsync(plan, limits, cancellationToken));

    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => throw new NotSupportedException("A sample is never shown.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Load(ITargetLoad load) : ITargetLoad
    {
        public IReadOnlyDictionary<long, ArrivedChunk> Arrived => load.Arrived;

        public IReadOnlyDictionary<long, ArrivedChunk> Halfway => load.Halfway;

        public bool IsVerified => false;

        public long WriterBytes => load.WriterBytes;

        public long EncodeBytes(RecordBatch batch) => load.EncodeBytes(batch);

        public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => load.Encode(batch);

        public Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken) => load.BeginChunkAsync(number, cancellationToken);

        /// <summary>Here a sample ends that has come to the end of its source.</summary>
        public Task<long> CommitAsync(long rows, CancellationToken cancellationToken) => Task.FromResult(rows);

        public ValueTask DisposeAsync() => load.DisposeAsync();
    }
}
