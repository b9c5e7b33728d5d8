using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>
/// A transfer into a Distributed table: a load on each shard, whose rows the target's server spreads. The first shard leads: it is taken first,
/// gets each chunk first and shows its rows last, so that no other has what it has not, and it knows the transfer to the end.
/// </summary>
internal sealed class ShardedLoad : ITargetLoad
{
    private readonly ServerClient server;
    private readonly ShardedPlan plan;
    private readonly LoadLimits limits;
    private readonly HeldBytes held;
    private readonly IReadOnlyList<ShardLoad> shards;
    private readonly IReadOnlyList<IReadOnlyDictionary<long, ArrivedChunk>> published;

    private ShardedLoad(
        ServerClient server, ShardedPlan plan, LoadLimits limits, IReadOnlyList<ShardLoad> shards, IReadOnlyList<IReadOnlyDictionary<long, ArrivedChunk>> published)
    {
        this.server = server;
        this.plan = plan;
        this.limits = limits;
        this.shards = shards;
        this.published = published;
        held = new HeldBytes(limits.HeldBytes);
    }

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => ShardedRecord.Arrived([.. shards.Select(shard => shard.Arrived), .. published]);

    public IReadOnlyDictionary<long, ArrivedChunk> Halfway => ShardedRecord.Halfway([.. shards.Select(shard => shard.Arrived), .. published]);

    /// <summary>Takes the transfer over on every shard that does not show its rows yet.</summary>
    public static async Task<ShardedLoad> BeginAsync(ServerClient server, ShardedPlan plan, LoadLimits limits, CancellationToken cancellationToken)
    {
        // Any run that takes the transfer on a shard ends what is at work there under this name.
        server.QueryIdPrefix = $"bulkmover-{plan.Request.Transfer}-rows-";
        var begun = new List<ShardLoad>();
        try
        {
            ShardPlan[] left = [.. plan.Shards.Where(shard => !shard.IsComplete).Select(shard => shard with { Plan = shard.Plan with { SourceRows = plan.SourceRows } })];
            await BeginAsync(left[0], plan.Shards.Max(shard => shard.Plan.LastEpoch));
            ShardLoad first = begun[0];
            await Task.WhenAll(left.Skip(1).Select(shard => BeginAsync(shard, first.Epoch - 1)));
            if (begun.Any(shard => shard.Epoch != first.Epoch))
            {
                throw new EnvironmentException("clickhouse.transfer_ran_meanwhile",
                    $"Transfer {plan.Request.Transfer} was begun on some shards more often than on others, where its ledger does not tell. Run the command again.") { IsTransient = true };
            }

            IReadOnlyDictionary<long, ArrivedChunk>[] published = await Task.WhenAll(plan.Shards.Where(shard => shard.IsComplete).Select(shard => shard.Shard.DoAsync(async () =>
                (await Ledger.FindAsync(shard.Shard.Client, shard.Shard.Table, plan.Request.Transfer, withTasks: true, cancellationToken))!.Collected)));
            return new ShardedLoad(server, plan, limits, [.. begun.OrderBy(shard => shard.Number)], published);
        }
        catch (Exception failure)
        {
            foreach (ShardLoad shard in begun)
                await TransferRun.CleanUpAsync(failure, () => shard.DisposeAsync().AsTask());
            throw;
        }

        async Task BeginAsync(ShardPlan shard, long epochAfter)
        {
            ShardLoad load = await ShardLoad.BeginAsync(shard, epochAfter, limits, cancellationToken);
            lock (begun)
                begun.Add(load);
        }
    }

    public bool IsVerified { get; private set; }

    public long EncodeBytes(RecordBatch batch) => shards[0].Load.EncodeBytes(batch);

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => shards[0].Load.Encode(batch);

    public async Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken)
    {
        if (published.Count > 0)
            throw ShardedRecord.Disagree(plan.Request.Transfer);
        await Task.WhenAll(shards.Select(shard => shard.MakeAsync(number, cancellationToken)));
        return new ChunkLoad(
            server, plan.Insert!.Into(shards[0].Chunk(number), number), _ => ShardedInsert.Settings(plan.Shards[0].Plan.Server), plan.Columns.Count, limits, held)
        {
            Collect = (rows, digest, tasks, stopping) => CollectAsync(number, rows, digest, tasks, stopping),
        };
    }

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<long, ArrivedChunk> arrived = Arrived;
        if (arrived.Values.Sum(chunk => chunk.Rows) is var there && there != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but {there:N0} have arrived as the shards count them. Nothing was changed in the target. Please report this.");
        }

        if (shards.Select(shard => shard.Arrived).Concat(published).Any(shard => shard.Count != arrived.Count))
            throw ShardedRecord.Disagree(plan.Request.Transfer);
        cancellationToken.ThrowIfCancellationRequested();
        await shards[0].EnterArrivalAsync(cancellationToken);
        if (plan.Request.Verify && published.Count == 0 && !shards.Any(shard => shard.IsMoving))
        {
            ClickHouseLoad.ThrowUnlessEqual(ShardedComparison.Sum(await Task.WhenAll(shards.Select(shard => shard.CompareAsync(plan.Shards[0].Plan.Server, cancellationToken)))));
            IsVerified = true;
        }

        await Task.WhenAll(shards.Skip(1).Select(shard => shard.PublishAsync()));
        await shards[0].PublishAsync();
        return rows;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(shards.Select(shard => shard.DisposeAsync().AsTask()));

    /// <summary>Counts the chunk on all shards together; only then may it arrive on the first of them (invariant 4).</summary>
    private async Task CollectAsync(long number, long rows, Digest digest, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken)
    {
        if (shards.Any(shard => shard.Arrived.TryGetValue(number, out ArrivedChunk? before) && !before.Tasks.Span.SequenceEqual(tasks.Span)))
            throw ShardedRecord.Disagree(plan.Request.Transfer);
        long[] counts = await Task.WhenAll(shards.Select(shard => shard.CountAsync(number, cancellationToken)));
        if (counts.Sum() != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but the shards have {string.Join(" + ", counts.Select(count => $"{count:N0}"))}. Nothing was changed in the target. Run the command again; if it happens twice, please report it.");
        }

        // Which shard's rows come to what only the server knows, but all of them come to this.
        await shards[0].CollectAsync(number, counts[0], digest, tasks, cancellationToken);
        Digest none = Digest.Empty(digest.Columns.Count);
        await Task.WhenAll(shards.Skip(1).Select((shard, i) => shard.CollectAsync(number, counts[i + 1], none, tasks, cancellationToken)));
    }
}
