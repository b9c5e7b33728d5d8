using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Compares a table with a source that is read for it: run a copy into <see cref="Reading"/>, then look at the result.</summary>
public sealed class SourceComparison
{
    private readonly ServerClient client;
    private readonly TableName table;

    internal SourceComparison(string name, ServerClient client, TableName table)
    {
        (this.client, this.table) = (client, table);
        Reading = ReadingPlan.NewTarget(name, client, table, Begin);
    }

    /// <summary>Counts and hashes what is copied into it, and asks the table for its own when it is committed.</summary>
    public ITarget Reading { get; }

    /// <summary>Null before the copy was committed.</summary>
    public Comparison? Result { get; private set; }

    private ReadingLoad Begin(ReadingPlan plan)
    {
        var encoder = new BatchEncoder(plan.Sent, plan.Table.PartitionKey);
        var groups = new Dictionary<ulong, Digest>();
        return new ReadingLoad
        {
            BytesToLookAt = encoder.EncodeBytes,
            LookAt = encoder.Encode,
            Keep = (block, _) =>
            {
                (ulong partition, Digest digest) = block is PartitionedBlock part ? (part.Partition, part.Block.Digest) : (0, ((NativeBlock)block).Digest);
                groups[partition] = groups.TryGetValue(partition, out Digest? before) ? before + digest : digest;
            },
            Finish = async stopping =>
            {
                Dictionary<string, Digest> found = await new TableDigests(client, plan.Server).ReadAsync(table, plan.Table, plan.SentColumns, "_partition_id", stopping);
                Result = PartitionPairs.Compare([.. plan.Sent.Select(column => column.Name)], [.. groups.Values], found);
            },
        };
    }
}
