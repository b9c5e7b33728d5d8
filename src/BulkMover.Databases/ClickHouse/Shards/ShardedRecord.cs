using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>What the shards' ledgers come to together.</summary>
internal static class ShardedRecord
{
    /// <summary>A transfer has come as far as on the shard where it has come least. Null when none knows it.</summary>
    /// <param name="table">The Distributed table.</param>
    /// <param name="shards">Of each shard; null where it is not known.</param>
    /// <param name="tables">Its table as it is now.</param>
    public static TransferRecord? Of(TableName table, IReadOnlyList<LedgerState?> shards, IReadOnlyList<ExistingTable?> tables)
    {
        LedgerState[] begun = [.. shards.OfType<LedgerState>().Where(state => state.Begun is not null)];
        if (begun.Length == 0)
            return null;
        TransferRecord[] records = [.. shards.Zip(tables, (state, now) => state?.Record(now)).OfType<TransferRecord>()];
        // It is complete nowhere before it has begun everywhere: a shard that knows nothing of it has joined the cluster since.
        bool isComplete = records.All(record => record.IsComplete);
        IReadOnlyDictionary<long, ArrivedChunk> arrived = isComplete || begun.Length == shards.Count ? Arrived([.. begun.Select(state => state.Collected)]) : new Dictionary<long, ArrivedChunk>();
        return records[0] with
        {
            Table = table.Table,
            IsComplete = isComplete,
            Chunks = arrived.Count,
            Rows = arrived.Values.Sum(chunk => chunk.Rows),
            BegunAt = records.Min(record => record.BegunAt),
            LastAt = records.Max(record => record.LastAt),
            // One begins to show its rows when all have theirs; with other chunks than the rest it has them of an earlier life of the transfer.
            HasArrived = !isComplete && begun.Length == shards.Count && HaveEqualChunks(begun) && records.Any(record => record.HasArrived || record.IsComplete),
        };
    }

    /// <summary>The chunks that are on all shards, with the rows of all.</summary>
    public static IReadOnlyDictionary<long, ArrivedChunk> Arrived(IReadOnlyList<IReadOnlyDictionary<long, ArrivedChunk>> shards) => shards[0]
        .Where(chunk => shards.All(shard => shard.TryGetValue(chunk.Key, out ArrivedChunk? there) && there.Tasks.Span.SequenceEqual(chunk.Value.Tasks.Span)))
        .ToDictionary(chunk => chunk.Key, chunk => chunk.Value with { Rows = shards.Sum(shard => shard[chunk.Key].Rows) });

    /// <summary>The chunks that are on some shards and not on all, which then have to get the same rows again.</summary>
    public static IReadOnlyDictionary<long, ArrivedChunk> Halfway(IReadOnlyList<IReadOnlyDictionary<long, ArrivedChunk>> shards)
    {
        IReadOnlyDictionary<long, ArrivedChunk> everywhere = Arrived(shards);
        return shards.SelectMany(shard => shard).Where(chunk => !everywhere.ContainsKey(chunk.Key)).DistinctBy(chunk => chunk.Key).ToDictionary();
    }

    /// <summary>Readers see the rows of some shards, and the rest needs only to be shown: to forget it now would bring those twice.</summary>
    /// <param name="shards">Of each shard; null where it is not known.</param>
    /// <param name="tables">Its table as it is now.</param>
    public static bool IsHalfPublished(IReadOnlyList<LedgerState?> shards, IReadOnlyList<ExistingTable?> tables)
    {
        LedgerState[] begun = [.. shards.OfType<LedgerState>().Where(state => state.Begun is not null)];
        return shards.Zip(tables).Any(shard => shard.First is { IsHalfPublished: true } state && shard.Second?.Identity == state.Destination)
            || (begun.Any(state => state.Completed is not null) && begun.Any(state => state.Completed is null) && HaveEqualChunks(begun));
    }

    private static bool HaveEqualChunks(LedgerState[] begun) => begun.All(state => state.Collected.Count == begun[0].Collected.Count);

    public static TargetException Disagree(TransferId transfer) => new("clickhouse.shards_disagree",
        $"Some shards show the rows of transfer {transfer}, and others have lost theirs, are new, or have them from files in another order. Nothing was changed. " +
        "Remove what the copy has brought from the shards that show it (--mode replace does it by itself), and run the command with --restart to copy from zero.");
}
