using System.Collections.Concurrent;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Flows;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Transfers;

/// <summary>Copies one snapshot: survey → adopt → open → fetch → decode → encode → send → arrive → commit. For one run.</summary>
/// <param name="snapshot">What is read.</param>
/// <param name="scan">Which of its columns and rows.</param>
/// <param name="reader">Reads the files of the snapshot's plan for that scan.</param>
/// <param name="target">Where to; disposed by the caller.</param>
/// <param name="plan">What the target said it will do with <see cref="Scan.OutputSchema"/>.</param>
/// <param name="memory">Counts everything that the copy holds.</param>
/// <param name="options">Without <see cref="CopyOptions.Problems"/>.</param>
public sealed class CopyTransfer(
    ITableSnapshot snapshot, Scan scan, IScanTaskReader reader, ITarget target, TargetPlan plan, MemoryBudget memory, CopyOptions options)
{
    // A sender that has to wait holds what it has ready: that is one item read ahead per worker, and more would only be memory.
    private const int NoneWaiting = 0;

    private readonly TransferMeter meter = new(new Degrees(options, target.LanesAreFree));
    private bool hasBegun;
    private bool isVerified;

    /// <summary>What a survey of this scan has counted already; null to take one first.</summary>
    public Survey? Planned { get; init; }

    /// <summary>Told why the copy is begun again, or waits; null for nobody.</summary>
    public IProgress<string>? Notes { get; init; }

    /// <summary>Where it stands; may be read at any time, also before and after the run.</summary>
    public TransferProgress Progress => meter.Snapshot();

    /// <summary>How many workers its stages have.</summary>
    internal Degrees Degrees => meter.Degrees;

    /// <summary>Where selected rows are copied to.</summary>
    internal MemoryAllocator Allocator { get; init; } = MemoryAllocator.Default.Value;

    /// <summary>
    /// Runs to the commit, or leaves the target's readers with what they saw before. A failure that may pass begins the copy again, which
    /// goes on behind the chunks that have arrived, with half the writers where the target had too much to do.
    /// </summary>
    /// <exception cref="BulkMoverException">The first thing that failed.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled before anything failed.</exception>
    public async Task<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        meter.Start();
        Survey survey = Planned ?? await StepAsync(meter.Plan, () => Survey.TakeAsync(snapshot, scan, plan.MayAdopt, cancellationToken), cancellationToken);
        meter.StartMoving(survey);
        var retry = new Retry
        {
            Attempts = int.MaxValue, FirstWait = TimeSpan.FromSeconds(1), Patience = options.Patience, Progress = () => meter.SkippedRows, Waiting = Retrying,
        };
        long rows = await retry.RunAsync(stopping => RunOnceAsync(survey, stopping), cancellationToken);
        meter.Stop();
        TransferProgress end = Progress;
        return new CopyResult(
            rows, end.SkippedRows, end.Retries, end.BytesRead, end.BytesWritten, end.Elapsed.TotalSeconds, end.Stages, end.Bottleneck, memory.PeakBytes)
        {
            IsVerified = isVerified, Readers = end.Readers, Writers = end.Writers, AdoptedFiles = end.AdoptedFiles, AdoptedBytes = end.AdoptedBytes,
        };
    }

    private void Retrying(BulkMoverException failure, TimeSpan wait)
    {
        meter.Retry();
        if (failure.IsOverload)
            Degrees.Writers.Halve();
        Notes?.Report($"{failure.Message} Going on in {wait.TotalSeconds:F0} s.");
    }

    private async Task<long> RunOnceAsync(Survey survey, CancellationToken cancellationToken)
    {
        TargetPlan now = plan;
        if (meter.Retries > 0)
        {
            // The target remembers what the failed attempt has brought, and only a new plan knows of it.
            TargetRequest request = plan.Request with { Restart = plan.Request.Restart && !hasBegun };
            now = await StepAsync(meter.Begin, () => target.PlanAsync(request, cancellationToken), cancellationToken);
            // The other snapshot was looked through when this copy was planned, and now there is more of it.
            if (!hasBegun && now.Earlier is { } other && other.Origin.Snapshot != request.Origin.Snapshot)
                throw RanMeanwhile($"Another run of the same copy has brought more of snapshot {other.Origin.Snapshot} since this one was planned.");
            if (now.Earlier is { IsComplete: true } complete)
            {
                meter.Skip(complete.Chunks, complete.Rows);
                return complete.Rows;
            }
        }

        var limits = new LoadLimits(Degrees.Writers.Value, memory.KeepBackBytes) { Lanes = Degrees.Writers.Most, Notes = Notes };
        using MemoryLease own = await memory.LeaseAsync(MemoryUse.Encode, 0, target.Name, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ITargetLoad> beginning = StepAsync(meter.Begin, () => BeginAsync(now with { SourceRows = survey.Rows }, limits, own, stop.Token), stop.Token);
        ITargetLoad load;
        long rows;
        try
        {
            // Which files are left, only the load knows; where none has arrived, the first rows are read meanwhile.
            if (now.Earlier is not null)
                await beginning;
            await MoveRowsAsync(beginning, isNew: now.Earlier is null, stop, cancellationToken);
            load = await beginning;
            // Invariant 4: no row is lost on the way without an error.
            ThrowUnlessEqual("were read", meter.RowsRead, "were sent", meter.RowsSent);
            long all = meter.SkippedRows + meter.RowsSent;
            rows = await StepAsync(meter.Commit, () => load.CommitAsync(all, cancellationToken), cancellationToken);
            ThrowUnlessEqual("were sent", all, "have arrived as the target counts them", rows);
            isVerified = load.IsVerified;
        }
        catch (Exception failure)
        {
            await stop.CancelAsync();
            await CleanUpAsync(beginning, failure);
            throw;
        }

        // The rows are there: what cleaning up throws is a failure, but the user's cancel comes too late.
        await StepAsync(meter.Commit, () => DisposeAsync(load), CancellationToken.None);
        return rows;
    }

    private async Task<ITargetLoad> BeginAsync(TargetPlan now, LoadLimits limits, MemoryLease own, CancellationToken cancellationToken)
    {
        ITargetLoad load = await target.BeginAsync(now, limits, cancellationToken);
        hasBegun = true;
        meter.Skip(load.Arrived.Count, load.Arrived.Values.Sum(chunk => chunk.Rows));
        // Invariant 7. Nothing is encoded before there is a load, and it is part of what a target may keep back: so it is there.
        own.Resize(load.WriterBytes);
        return load;
    }

    /// <param name="beginning">The load; nothing goes into it before it is there.</param>
    /// <param name="isNew">Nothing has arrived in it.</param>
    /// <param name="stop">Stops the beginning, for a failure of the flow has to wait for it otherwise.</param>
    /// <param name="cancellationToken">The user's.</param>
    private async Task MoveRowsAsync(Task<ITargetLoad> beginning, bool isNew, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        // Invariant 7.
        (reader as IMemoryKeeper)?.KeepWithin(memory.ReaderBytes);
        var from = new SourceStages(scan, reader, beginning, memory, Allocator, meter);
        var to = new TargetStages(beginning, meter);
        var chunks = new ConcurrentDictionary<long, Chunk>();
        // Read before anything arrives: what arrives now is added to it.
        ITargetLoad? before = isNew ? null : await beginning;
        var arrived = new ArrivedTasks([.. before?.Arrived.Values ?? []]);
        IReadOnlyDictionary<long, ArrivedChunk> halves = before?.Halfway ?? new Dictionary<long, ArrivedChunk>();
        long number = (before?.Arrived.Keys ?? []).Concat(halves.Keys).DefaultIfEmpty(-1).Max();
        var keys = new TaskKeys(scan);
        Task begun = Task.CompletedTask;

        using var flow = new Flow(cancellationToken);
        using CancellationTokenRegistration failing = flow.Stopping.Register(stop.Cancel);
        Stage<Chunk> arrive = flow.AddStage<Chunk>(meter.Arrive, NoneWaiting, async (chunk, stopping) =>
        {
            await to.ArriveAsync(chunk, stopping);
            chunks.TryRemove(chunk.Number, out _);
        });
        // From the decoder on a row group keeps the order of its rows: a target that sorts finds them sorted where the source is.
        Stage<LanedBlock> send = flow.AddStage<LanedBlock>(meter.Send, NoneWaiting, (block, stopping) => to.SendAsync(block, arrive, stopping), block => block.Writer);
        Stage<LeasedBatch> encode = flow.AddStage<LeasedBatch>(meter.Encode, NoneWaiting, (batch, _) => to.EncodeAsync(batch, send, arrive), batch => batch.Lane.Decoder);
        Stage<LeasedScan> decode = flow.AddStage<LeasedScan>(
            meter.Decode, NoneWaiting, (rowGroup, stopping) => from.DecodeAsync(rowGroup, encode, arrive, stopping));
        Stage<LeasedScan> fetch = flow.AddStage<LeasedScan>(
            meter.Fetch, NoneWaiting, (rowGroup, stopping) => from.FetchAsync(rowGroup, decode, stopping));
        Stage<ChunkedTask> open = flow.AddStage<ChunkedTask>(meter.Open, NoneWaiting, (task, stopping) => from.OpenAsync(task, fetch, arrive, stopping));
        Stage<ChunkedTask> adopt = flow.AddStage<ChunkedTask>(meter.Adopt, NoneWaiting, (task, stopping) => from.AdoptAsync(task, open, arrive, stopping));

        await using var tuning = SelfTuning.Begin(new Tuner(Degrees.Readers, Degrees.Writers), meter.Sample, TimeProvider.System);
        try
        {
            await flow.RunAsync(async stopping =>
            {
                using SharedStopwatch.Interval planning = meter.Plan.Handles();
                Chunk? chunk = null;
                var halfway = new HalfwayChunks();
                foreach ((long begun, ArrivedChunk its) in halves)
                    halfway.Add(await BeginAsync(begun, stopping), its);
                await foreach (ScanTask task in snapshot.PlanAsync(scan, stopping))
                {
                    UInt128 key = keys.Of(task);
                    if (arrived.Meet(key))
                    {
                        meter.AddPlannedBytesDone(task.FileBytes);
                        continue;
                    }

                    if (halfway.Take(key) is { } own)
                    {
                        await SendAsync(own.Add(task, key));
                        if (halfway.IsWhole(own))
                            await TargetStages.ReleaseAsync(own, arrive);
                        continue;
                    }

                    if (chunk?.HasRoomFor(task, options.ChunkBytes, options.ChunkTime) != true)
                    {
                        if (chunk is not null)
                            await TargetStages.ReleaseAsync(chunk, arrive);
                        chunk = await BeginAsync(++number, stopping);
                    }

                    await SendAsync(chunk.Add(task, key));
                }

                // Invariant 4: rows of files that the snapshot does not have must not come with it.
                if (arrived.Left + halfway.Left is > 0 and var left)
                    throw PlanChanged(left);
                if (chunk is not null)
                    await TargetStages.ReleaseAsync(chunk, arrive);
            });
        }
        finally
        {
            foreach (Chunk chunk in chunks.Values)
                await chunk.DisposeAsync();
        }

        async Task SendAsync(ChunkedTask item)
        {
            // What is too large to be adopted can perhaps be decoded; where it must not be, adopting it says what it needs.
            bool isAdopted = plan.MayAdopt(item.Task)
                && (memory.CanLease(MemoryUse.Open, (await item.Chunk.Load).AdoptBytes(item.Task)) || plan.Request.Adoption is { IsRequired: true });
            await (isAdopted ? adopt : open).SendAsync(item);
        }

        // One after another; only the first rows to be read do not wait for their chunk.
        async Task<Chunk> BeginAsync(long its, CancellationToken stopping)
        {
            await begun;
            var chunk = new Chunk(its, BeginChunkAsync(), scan.OutputSchema.FieldsList.Count);
            begun = chunk.Load;
            chunks.TryAdd(its, chunk);
            return chunk;

            async Task<IChunkLoad> BeginChunkAsync()
            {
                ITargetLoad load = await beginning;
                if (isNew && its == 0)
                    ThrowIfThereWasMore(load);
                return await load.BeginChunkAsync(its, stopping);
            }
        }
    }

    private CorruptTableException PlanChanged(long files) => new("engine.plan_changed",
        $"{files:N0} files whose rows have been loaded are not in the plan of snapshot {snapshot.Id} any more: the table has removed them since, or was replaced " +
        "under the same snapshot. Nothing of it is visible. Run the command with --restart to copy from zero.");

    /// <summary>Runs a step that is no stage with a stage's care: its time is measured, and a foreign cancellation is a failure.</summary>
    private static async Task<T> StepAsync<T>(StageMeter step, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            using (step.Handles())
                return await call();
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The copy was stopped.", error, cancellationToken);
        }
        catch (OperationCanceledException error)
        {
            throw Timeouts.AsFailure(step.Name, error);
        }
    }

    /// <summary>Invariant 4: rows of chunks that are in the target must not come again.</summary>
    private static void ThrowIfThereWasMore(ITargetLoad load)
    {
        if (load.Arrived.Count + load.Halfway.Count > 0)
            throw RanMeanwhile("Another run of the same copy has brought rows since this one was planned.");
    }

    private static EnvironmentException RanMeanwhile(string what) => new("engine.transfer_ran_meanwhile", $"{what} Run the command again.");

    private static void ThrowUnlessEqual(string happened, long rows, string happenedThen, long rowsThen)
    {
        if (rows != rowsThen)
        {
            throw new TargetException("engine.rows_differ",
                $"{rows:N0} rows {happened}, but {rowsThen:N0} {happenedThen}. Do not rely on the target's rows of this copy; " +
                "empty the target and copy again, and report it if it happens twice.");
        }
    }

    private static async Task<bool> DisposeAsync(ITargetLoad load)
    {
        await load.DisposeAsync();
        return true;
    }

    /// <summary>Where the load could not be begun, there is nothing to clean up.</summary>
    private async Task CleanUpAsync(Task<ITargetLoad> beginning, Exception failure)
    {
        await ((Task)beginning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!beginning.IsCompletedSuccessfully)
            return;
        ITargetLoad load = await beginning;
        // For whoever begins again: what has arrived is no longer to be moved.
        meter.Skip(load.Arrived.Count, load.Arrived.Values.Sum(chunk => chunk.Rows));
        try
        {
            await load.DisposeAsync();
        }
        catch (Exception error)
        {
            // The user has to hear why the copy failed; that cleaning up failed as well only goes along with it.
            failure.Data["cleaning up"] = error.Message;
        }
    }
}
