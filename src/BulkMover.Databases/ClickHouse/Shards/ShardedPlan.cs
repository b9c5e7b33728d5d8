using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>What will be done with a Distributed table.</summary>
internal sealed record ShardedPlan : TargetPlan
{
    public ShardedPlan(TargetRequest request, IReadOnlyList<ShardPlan> shards, IReadOnlyList<string> steps, IReadOnlyList<string> notes)
        : base(request, [.. shards[0].Plan.Columns], steps, notes) => Shards = shards;

    /// <summary>What will be done on each shard, in the cluster's order.</summary>
    public IReadOnlyList<ShardPlan> Shards { get; }

    /// <summary>How a chunk's rows are spread over the tables of that name, one on each shard. Null when there is nothing left to send.</summary>
    public required ShardedInsert? Insert { get; init; }
}

/// <summary>A shard and what will be done there.</summary>
internal sealed record ShardPlan(Shard Shard, ClickHousePlan Plan)
{
    public bool IsComplete => Plan.Earlier is { IsComplete: true };
}

/// <summary>An insert that the server spreads over the shards of a cluster.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Key">Which row goes where.</param>
internal sealed record ShardedInsert(string Cluster, ShardingKey Key)
{
    public string Into(TableName chunk, long number) => InsertStatement.For(
        $"FUNCTION cluster({SqlText.Quote(Cluster)}, {SqlText.Quote(chunk.Database)}, {SqlText.Quote(chunk.Table)}, {Key.OfChunk(number)})", Key.Columns);

    public static IReadOnlyDictionary<string, object> Settings(ServerAbilities server) =>
        new Dictionary<string, object>(InsertStatement.Settings(server), StringComparer.Ordinal)
        {
            // An insert that is answered is on all shards; else the server would keep rows in files and bring them later.
            ["distributed_foreground_insert"] = 1,
        };
}
