using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>One run of a transfer: it has the lease, writes the ledger and owns the transfer's tables, until it is ended.</summary>
internal sealed class TransferRun
{
    private static readonly TimeSpan CleanUpTimeout = TimeSpan.FromSeconds(10);

    private readonly ServerClient client;
    private readonly TransferLease lease;
    private bool isOvertaken;

    private TransferRun(ServerClient client, TransferTables tables, PartTables parts, TransferLease lease, Ledger ledger) =>
        (this.client, Tables, Parts, this.lease, Ledger) = (client, tables, parts, lease, ledger);

    public TransferTables Tables { get; }

    public PartTables Parts { get; }

    public Ledger Ledger { get; }

    public long Epoch => lease.Epoch;

    /// <summary>Takes the transfer from the last run, if there was one, once that has ended.</summary>
    /// <param name="client">The server.</param>
    /// <param name="tables">The transfer's tables.</param>
    /// <param name="plan">What will be done.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="TargetException">The last run is alive.</exception>
    public static async Task<TransferRun> TakeAsync(ServerClient client, TransferTables tables, ClickHousePlan plan, CancellationToken cancellationToken)
    {
        var parts = new PartTables(client, plan.Server);
        if (plan.Replica is not null)
            await ReplicaGate.EnterAsync(client, tables, plan.Replica, cancellationToken);
        await Ledger.MakeAsync(client, tables.Target.Database, cancellationToken);
        Task<IReadOnlyList<TransferTable>> finding = tables.FindAsync(client, cancellationToken);
        Task<long> beaten = TransferLease.LastEpochAsync(client, tables.Lease, cancellationToken);
        (long ledgerEpoch, bool hasEnded) = await Ledger.LastRunAsync(client, tables, cancellationToken);
        long lastEpoch = Highest(await finding, ledgerEpoch, await beaten);
        TransferLease? lease = null;
        try
        {
            lease = await TransferLease.TakeAsync(client, tables, lastEpoch, hasEnded ? ledgerEpoch : 0, plan.EpochAfter, cancellationToken);
            // Read again: until now the last run may have written.
            Ledger ledger = lease.IsFirst ? Ledger.New(client, tables, lease.Epoch) : await Ledger.OpenAsync(client, tables, lease.Epoch, cancellationToken);
            if (ledger.State.Entries != plan.Entries)
                throw TransferLease.RanMeanwhile(tables);

            return new TransferRun(client, tables, parts, lease, ledger);
        }
        catch (Exception failure)
        {
            await CleanUpAsync(failure, () => GiveFreeAsync(parts, tables, lease, isVoid: lastEpoch == 0 && failure is OperationCanceledException));
            throw;
        }
    }

    /// <summary>Brings what the last run left half done to its end, so that all chunks that have arrived are in the staging table.</summary>
    /// <param name="plan">What will be done.</param>
    /// <param name="notes">Told about waits for merges; null for nobody.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<StagingTable> TakeOverAsync(ClickHousePlan plan, IProgress<string>? notes, CancellationToken cancellationToken)
    {
        (IReadOnlyList<TransferTable> left, ExistingTable? target) = ([], null);
        if (!lease.IsFirst)
        {
            Task<ExistingTable?> existing = Parts.FindAsync(Tables.Target, cancellationToken);
            left = await Tables.FindAsync(client, cancellationToken);
            target = await existing;
        }

        bool isPublished = target is not null && Ledger.State.IsPublished(target);
        // What Keeper has agreed to names the tables as they are called until now.
        if (target?.Replica is not null)
            await Parts.SyncAsync(Tables.Target, cancellationToken);
        TransferTable? final = left.Where(table => table.IsFinal).MaxBy(table => table.Epoch);
        TransferTable? last = null;
        foreach (TransferTable table in left.Where(table => table.Chunk is null && !table.IsFinal))
            last = Ledger.State.IsStaging(await Parts.FindAsync(table.Name, cancellationToken)) ? table : last;

        TransferTable? rest = Ledger.State.HandsOver ? final : last;
        if (plan.Earlier is null || (rest is null && !isPublished))
        {
            if (Ledger.State.Completed is null)
                await ThrowIfHalfPublishedAsync(hasRest: rest is not null, cancellationToken);
            if (plan.OnlyCommits)
                throw Lost(Tables.Staging(Ledger.State.Epoch));
            // Nothing that an earlier run has brought counts any more, nor what it may yet write.
            if (!lease.IsFirst)
                await ForgetAsync(cancellationToken);
            (left, last, final, isPublished) = ([], null, null, false);
        }

        IReadOnlyList<SentColumn> columns = plan.OnlyCommits ? Ledger.State.Begun!.Columns : [.. plan.Sent.Select(column => new SentColumn(column.Name, column.Type.TargetType))];
        if (Ledger.State.Begun is { } begun && !begun.Columns.SequenceEqual(columns))
        {
            throw new TargetException("clickhouse.schema_changed",
                $"The copy was begun with the columns {string.Join(", ", begun.Columns)}, and now has {string.Join(", ", columns)}. Run the command with --restart to copy from zero.");
        }

        if (Ledger.State.Begun is { } elsewhere && elsewhere.Shard != plan.Shard)
        {
            throw new TargetException("clickhouse.shards_changed",
                $"The copy was begun on {elsewhere.Shard ?? "a table of its own"}, and now goes to {plan.Shard ?? "a table of its own"}: rows that have arrived may be on another shard than they belong to. " +
                "Run the command with --restart to copy from zero.");
        }

        TableName name = Tables.Staging(Epoch);
        if (Ledger.State.Destination is null && final is not null)
        {
            // It may be like a target that was altered since, and has no row that is not in the staging table.
            await Parts.DropAsync(final.Name, cancellationToken);
            final = null;
        }

        if (plan.Replica is not null && final is not null)
            await Parts.SyncAsync(final.Name, cancellationToken);
        if (final is not null)
            await Parts.ExecuteAsync($"RENAME TABLE {final.Name.Sql} TO {Tables.Final(Epoch).Sql}", cancellationToken);
        bool isNew = last is null && !isPublished;
        if (isNew)
            await Parts.ExecuteAsync($"CREATE TABLE {name.Sql} {plan.Staging}", cancellationToken);
        else if (last is not null)
            await Parts.ExecuteAsync($"RENAME TABLE {last.Name.Sql} TO {name.Sql}", cancellationToken);
        Task<ExistingTable?> finding = Parts.FindAsync(isPublished && last is null ? Tables.Target : name, cancellationToken);
        if (isNew)
            await ThrowIfOvertakenAsync(name, cancellationToken);
        ExistingTable made = await finding ?? throw Lost(name);
        await Ledger.AddAsync(new Begun(plan.Request.Origin, plan.Request.Mode, columns, isPublished ? Ledger.State.Staging ?? made.Identity : made.Identity, plan.Shard)
        {
            SourceRows = plan.SourceRows ?? Ledger.State.Begun?.SourceRows, Replica = plan.Replica?.Path,
        }, cancellationToken);

        var staging = new StagingTable(Parts, Ledger, Tables, name, made.PartitionKey, new MergeWait(Parts, client.Endpoint.StallTimeout, notes));
        // A new one has no rows; once partitions are moved out of it, they are the publisher's matter.
        if (last is not null && !isPublished && Ledger.State.Destination is null)
            await staging.RecoverAsync(left, made, cancellationToken);
        foreach (TransferTable table in left.Where(table => table.Chunk is not null))
            await Parts.DropAsync(table.Name, cancellationToken);
        return staging;
    }

    /// <summary>
    /// A run that was taken for dead before it had a table finds nothing in its way when it wakes, also when a later one has brought all rows since. That one's
    /// entries tell: they were there before it looked for tables.
    /// </summary>
    /// <param name="made">The table that it has now.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    private async Task ThrowIfOvertakenAsync(TableName made, CancellationToken cancellationToken)
    {
        if ((await Ledger.LastRunAsync(client, Tables, cancellationToken)).Epoch <= Ledger.State.Epoch)
            return;
        isOvertaken = true;
        await Parts.DropAsync(made, cancellationToken);
        throw TransferLease.RanMeanwhile(Tables);
    }

    /// <summary>Removes all that is left of the transfer but what readers see, and enters that it is complete.</summary>
    /// <param name="identity">Of the table that has its rows.</param>
    /// <param name="rows">How many it brought.</param>
    /// <param name="cancellationToken">Stops before the entry.</param>
    public async Task CompleteAsync(string identity, long rows, CancellationToken cancellationToken)
    {
        // Before the entry, for nobody looks for them after it.
        await Task.WhenAll((await LeftAsync(cancellationToken)).Select(table => Parts.DropAsync(table.Name, cancellationToken)));
        await lease.DropAsync(cancellationToken);
        await Ledger.AddAsync(new Completed(identity, rows), cancellationToken);
    }

    /// <summary>Gives the transfer free. Of one of which nothing has arrived nothing is left.</summary>
    public async Task EndAsync()
    {
        // The caller's token has perhaps ended the load; cleaning up has a time of its own.
        using var limit = new CancellationTokenSource(CleanUpTimeout);
        bool isVoid = !isOvertaken && Ledger.State.Completed is null && Ledger.State.Collected.Count == 0 && Ledger.State.Interrupted is null;
        try
        {
            if (isVoid)
                await ForgetAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // What is dropped is freed when the server has ended what still uses it; what was not asked for in time, the next run removes. A server that does not answer at all fails below.
        }
        finally
        {
            await GiveFreeAsync(Parts, Tables, lease, isVoid);
        }
    }

    /// <summary>Ends the run after a failure; what fails then only goes along with it.</summary>
    public Task EndAfterAsync(Exception failure) => CleanUpAsync(failure, EndAsync);

    /// <summary>Removes what a transfer has left, but for what readers see.</summary>
    public static async Task DiscardAsync(ServerClient client, TransferTables tables, CancellationToken cancellationToken)
    {
        LedgerState? state = await Ledger.FindAsync(client, tables.Target, tables.Transfer, withTasks: false, cancellationToken);
        IReadOnlyList<TransferTable> left = await tables.FindAsync(client, cancellationToken);
        if (state?.Begun is null && left.Count == 0)
            throw new InvalidInputException("clickhouse.transfer_unknown", $"{tables.Target} has no transfer {tables.Transfer}. `bulkmover transfers` lists those that it has.");
        ThrowIfComplete(state);
        var parts = new PartTables(client, await ServerAbilities.FindAsync(client, cancellationToken));
        await Ledger.MakeAsync(client, tables.Target.Database, cancellationToken);
        long lastEpoch = Highest(left, state?.Epoch ?? 0, await TransferLease.LastEpochAsync(client, tables.Lease, cancellationToken));
        await using (TransferLease lease = await TransferLease.TakeAsync(client, tables, lastEpoch, 0, 0, cancellationToken))
        {
            var run = new TransferRun(client, tables, parts, lease, await Ledger.OpenAsync(client, tables, lease.Epoch, cancellationToken));
            // Whoever was at work may have come to the end while this waited for it.
            ThrowIfComplete(run.Ledger.State);
            // Where the rest is gone nobody can bring it, and whoever discards has been told.
            if (await run.HasRestAsync(cancellationToken))
                await run.ThrowIfHalfPublishedAsync(hasRest: true, cancellationToken);
            if ((await parts.FindAsync(tables.Target, cancellationToken))?.Replica is not null)
                await parts.SyncAsync(tables.Target, cancellationToken);
            await run.ForgetAsync(cancellationToken);
        }

        await parts.DropAsync(tables.Lease, cancellationToken);

        void ThrowIfComplete(LedgerState? known)
        {
            if (known?.Completed is not null)
            {
                throw new InvalidInputException("clickhouse.transfer_complete",
                    $"Transfer {tables.Transfer} is complete, so nothing is left of it but what {tables.Target} remembers, which keeps the same copy from coming twice.");
            }
        }
    }

    /// <summary>The last run's epoch, whichever of its traces tells: tables that are left, entries, beats; 0 when there was none.</summary>
    private static long Highest(IEnumerable<TransferTable> left, long entered, long beaten) => left.Select(table => table.Epoch).Append(entered).Append(beaten).Max();

    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        (string? staging, string? next) = (Ledger.State.Staging, Ledger.State.Interrupted?.Table);
        await Ledger.AddAsync(new Discarded(), cancellationToken);
        await Task.WhenAll((await LeftAsync(cancellationToken)).Select(DropAsync));

        // After an exchange whose run has not come to its end, the old table of a replace has the name of ours: people have seen its rows, and may want them back.
        async Task DropAsync(TransferTable table)
        {
            bool isUnseen = table.Chunk is not null
                || ((await Parts.FindAsync(table.Name, cancellationToken))?.Identity is { } identity && (identity == staging || identity == next));
            await (isUnseen ? Parts.DropAndFreeAsync(table.Name, cancellationToken) : Parts.DropAsync(table.Name, cancellationToken));
        }
    }

    /// <summary>The tables of the transfer but for the lease, and for those of a run that has taken it over meanwhile.</summary>
    private async Task<IEnumerable<TransferTable>> LeftAsync(CancellationToken cancellationToken) =>
        (await Tables.FindAsync(client, cancellationToken)).Where(table => table.Epoch <= Epoch);

    /// <summary>Forgetting that some partitions have been moved would bring them twice.</summary>
    private async Task ThrowIfHalfPublishedAsync(bool hasRest, CancellationToken cancellationToken)
    {
        if (!Ledger.State.IsHalfPublished || (await Parts.FindAsync(Tables.Target, cancellationToken))?.Identity != Ledger.State.Destination)
            return;
        if (!hasRest)
            throw RestLost(Tables, Ledger.State);

        throw new TargetException("clickhouse.publication_begun",
            $"Transfer {Tables.Transfer} has begun to move its rows into {Tables.Target}, where some of them are visible. Run its command without --restart to bring the rest; " +
            "it is a matter of moments.");
    }

    /// <param name="tables">Of the transfer.</param>
    /// <param name="state">It is half published.</param>
    public static TargetException RestLost(TransferTables tables, LedgerState state) => new("clickhouse.staging_lost",
        $"Transfer {tables.Transfer} has moved partitions {string.Join(", ", state.LastBlocks.Keys)} into {tables.Target}, at least in part, and somebody has dropped " +
        $"{(state.HandsOver ? tables.Final(state.Epoch) : tables.Staging(state.Epoch))}, which had the rest. " +
        $"Remove the rows of this copy from those partitions, run `bulkmover discard` with {tables.Transfer}, and then the command again.");

    private async Task<bool> HasRestAsync(CancellationToken cancellationToken)
    {
        foreach (TransferTable table in (await Tables.FindAsync(client, cancellationToken)).Where(table => table.Chunk is null))
        {
            if (Ledger.State.HandsOver ? table.IsFinal : Ledger.State.IsStaging(await Parts.FindAsync(table.Name, cancellationToken)))
                return true;
        }

        return false;
    }

    private static async Task GiveFreeAsync(PartTables parts, TransferTables tables, TransferLease? lease, bool isVoid)
    {
        using var limit = new CancellationTokenSource(CleanUpTimeout);
        if (lease is not null)
            await lease.DisposeAsync();
        if (isVoid && (lease is null || !await lease.IsTakenOverAsync(limit.Token)))
            await parts.DropAsync(tables.Lease, limit.Token);
    }

    /// <summary>Cleans up after a failure: what fails then only goes along with it.</summary>
    public static async Task CleanUpAsync(Exception failure, Func<Task> cleanUp)
    {
        try
        {
            await cleanUp();
        }
        catch (Exception error) when (error is BulkMoverException or OperationCanceledException)
        {
            failure.Data["cleaning up"] = error.Message;
        }
    }

    /// <summary>What to throw where a run does not find the staging table any more.</summary>
    public static TargetException Lost(TableName name) => new("clickhouse.staging_lost",
        $"The rows of this copy were in {name}, which somebody has dropped. If the same command ran twice at the same time, run it once; else run it with --restart to copy from zero.");
}
