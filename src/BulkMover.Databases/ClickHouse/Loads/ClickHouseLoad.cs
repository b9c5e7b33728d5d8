using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>A transfer on its way: chunks into the staging table, and from there into the target. The steps are in decisions/0006.</summary>
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

    private readonly ServerClient client;
    private readonly ClickHousePlan plan;
    private readonly TransferTables tables;
    private readonly PartTables parts;
    private readonly TransferLease lease;
    private readonly Ledger ledger;
    private readonly StagingTable staging;
    private readonly LoadLimits limits;
    private readonly NativeEncoder encoder;
    private readonly PartitionKey? partitions;
    private readonly HeldBytes held;

    private ClickHouseLoad(ServerClient client, ClickHousePlan plan, TransferTables tables, PartTables parts, TransferLease lease, Ledger ledger, StagingTable staging, LoadLimits limits)
    {
        this.client = client;
        this.plan = plan;
        this.tables = tables;
        this.parts = parts;
        this.lease = lease;
        this.ledger = ledger;
        this.staging = staging;
        this.limits = limits;
        encoder = new NativeEncoder(plan.Sent);
        partitions = staging.PartitionKey.Length > 0 ? PartitionKey.TryParse(staging.PartitionKey, plan.Sent) : null;
        held = new HeldBytes(limits.HeldBytes);
    }

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => ledger.State.Collected;

    public long ChunkBytes => ledger.State.Begun!.ChunkBytes;

    /// <summary>Takes the transfer over from the last run, if there was one, and brings what that left half done to its end.</summary>
    public static async Task<ClickHouseLoad> BeginAsync(
        ServerClient client, ClickHousePlan plan, TableName target, LoadLimits limits, CancellationToken cancellationToken)
    {
        var parts = new PartTables(client, plan.Server);
        var tables = new TransferTables(target, plan.Request.Transfer);
        if (plan.CreatesDatabase)
            await parts.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {ClickHouseName.Quote(target.Database)} ENGINE = Atomic", cancellationToken);
        await Ledger.MakeAsync(client, target.Database, cancellationToken);
        long lastEpoch = (await Ledger.ReadAsync(client, target, tables.Transfer, cancellationToken)).Select(state => state.Epoch).FirstOrDefault();
        IReadOnlyList<TransferTable> left = await tables.FindAsync(client, cancellationToken);
        lastEpoch = Math.Max(lastEpoch, left.Select(table => table.Epoch).DefaultIfEmpty().Max());
        TransferLease? lease = null;
        Ledger? ledger = null;
        try
        {
            lease = await TransferLease.TakeAsync(client, tables, lastEpoch, cancellationToken);
            // Read again: until now the last run may have written.
            ledger = await Ledger.OpenAsync(client, tables, lease.Epoch, cancellationToken);
            if (ledger.State.Epoch != plan.LastEpoch)
            {
                throw new EnvironmentException("clickhouse.transfer_ran_meanwhile",
                    $"Another run of the same copy, transfer {tables.Transfer}, has come and gone since this one was planned. Run the command again.") { IsTransient = true };
            }

            StagingTable staging = await TakeOverAsync(client, plan, tables, parts, ledger, lease.Epoch, limits.ChunkBytes, cancellationToken);
            return new ClickHouseLoad(client, plan, tables, parts, lease, ledger, staging, limits);
        }
        catch (Exception failure)
        {
            try
            {
                await EndAsync(client, tables, parts, lease, ledger, isFirst: lastEpoch == 0 && failure is OperationCanceledException);
            }
            catch (Exception error) when (error is BulkMoverException or OperationCanceledException)
            {
                failure.Data["cleaning up"] = error.Message;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Grouping by partition copies the batch once.</remarks>
    public long EncodeBytes(RecordBatch batch) =>
        encoder.EncodeBytes(batch) + (partitions is null ? 0 : BatchMemory.Bytes(batch) + encoder.EncodeBytes(batch) + (MaxGroups * SmallBlockBytes));

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => partitions is null ? [encoder.Encode(batch)] : EncodeByPartition(batch, partitions);

    public async Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken)
    {
        TableName table = tables.Chunk(number, lease.Epoch);
        await staging.MakeAsync(table, cancellationToken);
        return new ChunkLoad(client, InsertStatement.For(table, plan.Sent), InsertStatement.Settings(plan.Server.TypeSettings), limits, held)
        {
            Collect = (rows, tasks, stopping) => staging.CollectAsync(table, number, rows, tasks, stopping),
        };
    }

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        long arrived = Arrived.Values.Sum(chunk => chunk.Rows);
        if (arrived != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but {arrived:N0} have arrived as the target counts them. Nothing was changed in the target. Please report this.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (ledger.State.Completed is null)
        {
            string identity = await new Publisher(parts, ledger, tables, plan, staging, tables.Final(lease.Epoch)).PublishAsync(CancellationToken.None);
            // Before the last entry, for nobody looks for them after it.
            await DropAllAsync(client, parts, tables, lease.Epoch, CancellationToken.None);
            await parts.DropAsync(tables.Lease, CancellationToken.None);
            await ledger.AddAsync(new Completed(identity, rows), CancellationToken.None);
        }

        return rows;
    }

    public async ValueTask DisposeAsync() => await EndAsync(client, tables, parts, lease, ledger, isFirst: false);

    /// <summary>Gives the transfer free. Of one of which nothing has arrived nothing is left.</summary>
    private static async Task EndAsync(ServerClient client, TransferTables tables, PartTables parts, TransferLease? lease, Ledger? ledger, bool isFirst)
    {
        // The caller's token has perhaps ended the load; cleaning up has a time of its own.
        using var limit = new CancellationTokenSource(CleanUpTimeout);
        bool isVoid = ledger is null ? isFirst : ledger.State.Completed is null && ledger.State.Collected.Count == 0 && ledger.State.Interrupted is null;
        try
        {
            if (isVoid && lease is not null && ledger is not null)
            {
                await ledger.AddAsync(new Discarded(), limit.Token);
                await DropAllAsync(client, parts, tables, lease.Epoch, limit.Token);
            }
        }
        finally
        {
            if (lease is not null)
                await lease.DisposeAsync();
            if (isVoid && (lease is null || !await lease.IsTakenOverAsync(limit.Token)))
                await parts.DropAsync(tables.Lease, limit.Token);
        }
    }

    /// <summary>Removes what a transfer has left, but for what readers see.</summary>
    public static async Task DiscardAsync(ServerClient client, TransferTables tables, CancellationToken cancellationToken)
    {
        LedgerState? state = (await Ledger.ReadAsync(client, tables.Target, tables.Transfer, cancellationToken)).SingleOrDefault();
        if (state?.Begun is null && (await tables.FindAsync(client, cancellationToken)).Count == 0)
            throw new InvalidInputException("clickhouse.transfer_unknown", $"{tables.Target} has no transfer {tables.Transfer}. `bulkmover transfers` lists those that it has.");
        if (state?.Completed is not null)
        {
            throw new InvalidInputException("clickhouse.transfer_complete",
                $"Transfer {tables.Transfer} is complete, so nothing is left of it but what {tables.Target} remembers, which keeps the same copy from coming twice.");
        }

        var parts = new PartTables(client, await ServerAbilities.FindAsync(client, cancellationToken));
        await using (TransferLease lease = await TransferLease.TakeAsync(client, tables, state?.Epoch ?? 0, cancellationToken))
        {
            Ledger ledger = await Ledger.OpenAsync(client, tables, lease.Epoch, cancellationToken);
            await ThrowIfHalfPublishedAsync(parts, tables, ledger.State, cancellationToken);
            await ledger.AddAsync(new Discarded(), cancellationToken);
            await DropAllAsync(client, parts, tables, lease.Epoch, cancellationToken);
        }

        await parts.DropAsync(tables.Lease, cancellationToken);
    }

    /// <summary>Forgetting that some partitions have been moved would bring them twice.</summary>
    private static async Task ThrowIfHalfPublishedAsync(PartTables parts, TransferTables tables, LedgerState state, CancellationToken cancellationToken)
    {
        if (!state.IsHalfPublished || (await parts.FindAsync(tables.Target, cancellationToken))?.Identity != state.Destination)
            return;
        throw new TargetException("clickhouse.publication_begun",
            $"Transfer {tables.Transfer} has begun to move its rows into {tables.Target}, where some of them are visible. Run its command without --restart to bring the rest; " +
            "it is a matter of moments.");
    }

    /// <summary>Drops the tables of a transfer but for the lease, and for those of a run that has taken it over meanwhile.</summary>
    private static async Task DropAllAsync(ServerClient client, PartTables parts, TransferTables tables, long epoch, CancellationToken cancellationToken)
    {
        foreach (TransferTable table in (await tables.FindAsync(client, cancellationToken)).Where(table => table.Epoch <= epoch))
            await parts.DropAsync(table.Name, cancellationToken);
    }

    private static async Task<StagingTable> TakeOverAsync(
        ServerClient client, ClickHousePlan plan, TransferTables tables, PartTables parts, Ledger ledger, long epoch, long chunkBytes, CancellationToken cancellationToken)
    {
        IReadOnlyList<TransferTable> left = await tables.FindAsync(client, cancellationToken);
        ExistingTable? target = await parts.FindAsync(tables.Target, cancellationToken);
        bool isPublished = target is not null && ledger.State.IsPublished(target);
        (TransferTable? last, TransferTable? final) = (null, null);
        foreach (TransferTable table in left.Where(table => table.Chunk is null))
        {
            string? identity = (await parts.FindAsync(table.Name, cancellationToken))?.Identity;
            last = identity == ledger.State.Begun?.Staging ? table : last;
            final = identity == ledger.State.Destination ? table : final;
        }

        if (plan.Earlier is null || (last is null && !isPublished))
        {
            if (ledger.State.Completed is null)
                await ThrowIfHalfPublishedAsync(parts, tables, ledger.State, cancellationToken);
            // Nothing that an earlier run has brought counts any more.
            await ledger.AddAsync(new Discarded(), cancellationToken);
            await DropAllAsync(client, parts, tables, epoch, cancellationToken);
            (left, last, final, isPublished) = ([], null, null, false);
        }

        string schema = string.Join(", ", plan.Sent.Select(column => $"{column.Name} {column.Type.TargetType}"));
        if (ledger.State.Begun is { } begun && begun.Schema != schema)
        {
            throw new TargetException("clickhouse.schema_changed",
                $"The copy was begun with the columns {begun.Schema}, and now has {schema}. Run the command with --restart to copy from zero.");
        }

        TableName name = tables.Staging(epoch);
        if (final is not null)
            await parts.ExecuteAsync($"RENAME TABLE {final.Name.Sql} TO {tables.Final(epoch).Sql}", cancellationToken);
        if (last is not null)
            await parts.ExecuteAsync($"RENAME TABLE {last.Name.Sql} TO {name.Sql}", cancellationToken);
        else if (!isPublished)
            await parts.ExecuteAsync($"CREATE TABLE {name.Sql} {plan.Staging}", cancellationToken);
        ExistingTable made = await parts.FindAsync(isPublished && last is null ? tables.Target : name, cancellationToken) ?? throw Lost(name);
        await ledger.AddAsync(new Begun(plan.Request.Origin, plan.Request.Mode, chunkBytes, schema, ledger.State.Begun?.Staging ?? made.Identity), cancellationToken);

        var staging = new StagingTable(parts, ledger, tables, name, made.PartitionKey);
        // Once partitions are moved out of it, its rows are the publisher's matter.
        if (!isPublished && ledger.State.Destination is null)
            await staging.RecoverAsync(left, cancellationToken);
        foreach (TransferTable table in left.Where(table => table.Chunk is not null))
            await parts.DropAsync(table.Name, cancellationToken);
        return staging;
    }

    private static TargetException Lost(TableName name) => new("clickhouse.staging_lost",
        $"The rows of this copy were in {name}, which somebody has dropped. If the same command ran twice at the same time, run it once.");

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
}
