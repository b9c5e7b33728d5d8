using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>A shard's part of a load: an ordinary load of its table, but that the rows come from the target's server.</summary>
internal sealed class ShardLoad : IAsyncDisposable
{
    private readonly Shard shard;
    private readonly ClickHouseLoad load;

    private ShardLoad(Shard shard, ClickHouseLoad load) => (this.shard, this.load) = (shard, load);

    public long Number => shard.Number;

    public long Epoch => load.Run.Epoch;

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => load.Arrived;

    /// <summary>The load of its table.</summary>
    public ITargetLoad Load => load;

    /// <param name="plan">What will be done there.</param>
    /// <param name="epochAfter">Its epoch is higher than this.</param>
    /// <param name="limits">As of the whole.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static Task<ShardLoad> BeginAsync(ShardPlan plan, long epochAfter, LoadLimits limits, CancellationToken cancellationToken) => plan.Shard.DoAsync(async () =>
        new ShardLoad(plan.Shard, await ClickHouseLoad.BeginAsync(plan.Shard.Client, plan.Plan with { EpochAfter = epochAfter }, plan.Shard.Table, limits, cancellationToken)));

    /// <summary>What the chunk's table is called; on all shards of an epoch the same.</summary>
    public TableName Chunk(long number) => load.Run.Tables.Chunk(number, Epoch);

    /// <summary>Makes a table for the chunk's rows; one that keeps none where the chunk has arrived before.</summary>
    public Task MakeAsync(long number, CancellationToken cancellationToken) => shard.DoAsync(() => Arrived.ContainsKey(number)
        ? load.Staging.MakeSinkAsync(Chunk(number), cancellationToken)
        : load.Staging.MakeAsync(Chunk(number), cancellationToken));

    /// <summary>Rows of the chunk here, now or when it arrived before.</summary>
    public async Task<long> CountAsync(long number, CancellationToken cancellationToken) => Arrived.TryGetValue(number, out ArrivedChunk? before)
        ? before.Rows
        : (await shard.DoAsync(() => load.Run.Parts.RowsAsync(Chunk(number), cancellationToken))).Values.Sum();

    /// <summary>From now on the chunk has arrived here.</summary>
    /// <param name="number">Of the chunk.</param>
    /// <param name="rows">How many of its rows are here.</param>
    /// <param name="digest">What this shard's ledger shall say that the source's rows come to.</param>
    /// <param name="tasks">What tells its scan tasks.</param>
    /// <param name="cancellationToken">Stops before it counts as arrived.</param>
    public Task CollectAsync(long number, long rows, Digest digest, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken) => shard.DoAsync(() => Arrived.ContainsKey(number)
        ? load.Run.Parts.DropAsync(Chunk(number), cancellationToken)
        : load.Staging.CollectAsync(Chunk(number), number, rows, digest, tasks, cancellationToken));

    /// <summary>Whether some of the rows may have been moved out of the staging table.</summary>
    public bool IsMoving => load.Run.Ledger.State.Destination is not null || load.Run.Ledger.State.Completed is not null;

    /// <summary>Compares the rows that have arrived here with what the ledger here says, before readers see them.</summary>
    public Task<Comparison> CompareAsync(ServerAbilities server, CancellationToken cancellationToken) => shard.DoAsync(() =>
        new TransferComparison(shard.Client, server, shard.Table).OfStagingAsync(load.Staging.Name, load.Run.Ledger.State, cancellationToken));

    /// <summary>From now on the next run needs nothing of the source.</summary>
    public Task EnterArrivalAsync(CancellationToken cancellationToken) => shard.DoAsync(() => load.EnterArrivalAsync(cancellationToken));

    /// <summary>Shows the rows.</summary>
    public Task PublishAsync() => shard.DoAsync(() => load.CommitAsync(Arrived.Values.Sum(chunk => chunk.Rows), CancellationToken.None));

    public async ValueTask DisposeAsync() => await load.DisposeAsync();
}
