using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>Rows on their way into a staging table, and from there into the target.</summary>
internal sealed class ClickHouseLoad : ITargetLoad
{
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A batch of more partitions is not taken apart: blocks of a few rows each would cost more than they save, and a table with so many
    /// partitions gets as many parts in any case.
    /// </summary>
    private const int MaxGroups = 256;

    /// <summary>What a block needs at least, however few rows it has.</summary>
    private const int SmallBlockBytes = 4096;

    /// <summary>The server gives up an insert that brings nothing for 30 seconds (its http_receive_timeout).</summary>
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(5);

    private readonly ServerClient client;
    private readonly ClickHousePlan plan;
    private readonly StagingTable staging;
    private readonly LoadLimits limits;
    private readonly NativeEncoder encoder;
    private readonly PartitionKey? partitions;
    private readonly InsertPool inserts;
    private readonly HeldBlocks held;
    private long? arrivedRows;
    private bool committed;

    private ClickHouseLoad(ServerClient client, ClickHousePlan plan, StagingTable staging, LoadLimits limits)
    {
        this.client = client;
        this.plan = plan;
        this.staging = staging;
        this.limits = limits;
        encoder = new NativeEncoder(plan.Sent);
        partitions = staging.PartitionKey.Length > 0 ? PartitionKey.TryParse(staging.PartitionKey, plan.Sent) : null;
        held = new HeldBlocks(limits.HeldBytes);
        string sql = InsertStatement.For(staging.Name, plan.Sent);
        IReadOnlyDictionary<string, object> settings = InsertStatement.Settings(plan.Server.TypeSettings);
        inserts = new InsertPool(() => client.Insert(sql, settings), limits.Writers, MaxIdle);
    }

    public static async Task<ClickHouseLoad> BeginAsync(
        ServerClient client, ClickHousePlan plan, TableName target, TransferId transfer, LoadLimits limits, CancellationToken cancellationToken) =>
        new(client, plan, await StagingTable.CreateAsync(client, plan, target, transfer, cancellationToken), limits);

    /// <inheritdoc/>
    /// <remarks>Grouping by partition copies the batch once.</remarks>
    public long EncodeBytes(RecordBatch batch) =>
        encoder.EncodeBytes(batch) + (partitions is null ? 0 : BatchMemory.Bytes(batch) + encoder.EncodeBytes(batch) + (MaxGroups * SmallBlockBytes));

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => partitions is null ? [encoder.Encode(batch)] : EncodeByPartition(batch, partitions);

    public async Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken)
    {
        if (block is PartitionedBlock partitioned)
            return await SendGroupsAsync(held.Add(partitioned.Partition, partitioned.Block), cancellationToken);

        using (block)
        {
            await inserts.SendAsync((NativeBlock)block, lane, cancellationToken);
            return block.Bytes;
        }
    }

    public async Task<long> FlushAsync(CancellationToken cancellationToken)
    {
        long bytes = await SendGroupsAsync(held.TakeAll(), cancellationToken);
        await inserts.FlushAsync(cancellationToken);
        return bytes;
    }

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        // Counted once: after the first attempt the rows may be in the target already.
        arrivedRows ??= await CountAsync(cancellationToken);
        if (arrivedRows != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but {staging.Name} has {arrivedRows:N0}. Nothing was changed in the target. If the same command " +
                "ran twice at the same time, run it once; if not, please report it.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!committed)
            await staging.PublishAsync(CancellationToken.None);
        committed = true;
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        held.Dispose();
        await inserts.DisposeAsync();
        if (committed)
            return;

        // The caller's token has perhaps ended the load; cleaning up has a time of its own.
        using var limit = new CancellationTokenSource(CleanUpTimeout);
        await staging.DropAsync(limit.Token);
    }

    /// <summary>Where rows may merge or expire on arrival, only the confirmations of the inserts say how many came.</summary>
    private async Task<long> CountAsync(CancellationToken cancellationToken) =>
        plan.RowsMayVanish ? inserts.WrittenRows : await TableReader.CountAsync(client, staging.Name, cancellationToken);

    private IEnumerable<IEncodedBlock> EncodeByPartition(RecordBatch batch, PartitionKey key)
    {
        IReadOnlyList<PartitionRows> groups;
        try
        {
            groups = key.Group(batch);
        }
        catch
        {
            batch.Dispose();
            throw;
        }

        return groups.Count > MaxGroups ? [encoder.Encode(batch)] : EncodeGroups(batch, groups);
    }

    private IEnumerable<IEncodedBlock> EncodeGroups(RecordBatch batch, IReadOnlyList<PartitionRows> groups)
    {
        using (batch)
        {
            foreach (PartitionRows rows in groups)
            {
                RecordBatch part = BatchSelection.Take(batch, rows.Rows.Span, MemoryAllocator.Default.Value);
                yield return new PartitionedBlock(encoder.Encode(part), rows.Partition);
            }
        }
    }

    /// <summary>Sends each group as an insert of its own, and disposes all blocks whatever happens.</summary>
    private async Task<long> SendGroupsAsync(IReadOnlyList<IReadOnlyList<NativeBlock>> groups, CancellationToken cancellationToken)
    {
        long bytes = 0;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = limits.Writers, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(groups, options, async (blocks, stopping) =>
            {
                await inserts.SendTogetherAsync(blocks, stopping);
                Interlocked.Add(ref bytes, blocks.Sum(block => block.Bytes));
                // Its memory is wanted before the other groups are sent.
                Dispose(blocks);
            });
            return bytes;
        }
        catch
        {
            // Disposing again is harmless, and which groups were sent is not known here.
            foreach (IReadOnlyList<NativeBlock> blocks in groups)
                Dispose(blocks);
            throw;
        }

        static void Dispose(IReadOnlyList<NativeBlock> blocks)
        {
            foreach (NativeBlock block in blocks)
                block.Dispose();
        }
    }
}
