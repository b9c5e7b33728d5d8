using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>Makes the rows of the staging table the target's. Every step can be repeated after a kill on either side (invariant 3).</summary>
/// <param name="parts">The server's tables.</param>
/// <param name="ledger">Of the transfer.</param>
/// <param name="tables">The transfer's tables.</param>
/// <param name="plan">What was planned.</param>
/// <param name="staging">Where the rows are.</param>
/// <param name="final">What the table with the target's engine, or of its family, is called, where the staging table is none.</param>
internal sealed class Publisher(PartTables parts, Ledger ledger, TransferTables tables, ClickHousePlan plan, StagingTable staging, TableName final)
{
    /// <summary>Lower than the number of any block: those of replicated tables begin at 0.</summary>
    private const long NoBlock = -1;

    private TableName Target => tables.Target;

    /// <returns>The target's identity.</returns>
    public async Task<string> PublishAsync(CancellationToken cancellationToken)
    {
        ExistingTable? target = await parts.FindAsync(Target, cancellationToken);
        if (target is not null && ledger.State.IsPublished(target))
            return target.Identity;
        if (ledger.State.IsHalfPublished && target?.Identity != ledger.State.Destination)
            throw Gone();
        if (target is not null && target.Replica?.Path != plan.Replica?.Path)
        {
            throw new TargetException("clickhouse.target_changed",
                $"Somebody has made {Target} {(target.Replica is null ? "a table that does not replicate" : "a replicated table")} since this copy was planned. Nothing was changed in it. Bring back what was there, or run the command with --restart to copy into what is there now.");
        }

        if (plan.Replica is not null && target is not null)
            await parts.SyncAsync(Target, cancellationToken);
        await staging.CheckAsync(cancellationToken);
        if (plan.Publication != Publication.Rename)
            await CheckTargetAsync(target, cancellationToken);
        // Once parts are being moved out of the staging table, it merges no more.
        if (ledger.State.Destination is null)
            await staging.WaitForMergesAsync(plan.Publication == Publication.Move ? Target : null, cancellationToken);
        if (plan.Publication == Publication.Move)
        {
            await MoveAsync(target ?? throw Gone(), cancellationToken);
            return target.Identity;
        }

        if (plan.Publication == Publication.ReplaceParts)
        {
            await ReplaceAsync(target ?? throw Gone(), cancellationToken);
            return target.Identity;
        }

        TableName ready = plan.Final is null && !ledger.State.DestinationBecomesTarget ? staging.Name : await FinishAsync(plan.Final, cancellationToken);
        await parts.ExecuteAsync(
            plan.Publication == Publication.Rename ? $"RENAME TABLE {ready.Sql} TO {Target.Sql}" : $"EXCHANGE TABLES {ready.Sql} AND {Target.Sql}", cancellationToken);
        return (await parts.FindAsync(Target, cancellationToken) ?? throw Gone()).Identity;
    }

    /// <summary>Somebody may have changed the table since the staging table was made like it: to exchange the two would undo that.</summary>
    private async Task CheckTargetAsync(ExistingTable? target, CancellationToken cancellationToken)
    {
        if (target is null)
        {
            throw new TargetException("clickhouse.target_dropped",
                $"{Target} was there when this copy was planned, and somebody has dropped or renamed it since. Bring it back, or run the command again{(plan.Replica is null ? " as it is: then the copy makes it anew" : " with --restart, to copy into a new one that does not replicate")}.");
        }

        ExistingTable? like = await parts.FindAsync(staging.Name, cancellationToken);
        if (like is not null && !like.Columns.SequenceEqual(target.Columns))
        {
            throw new TargetException("clickhouse.target_altered",
                $"Somebody has altered the columns of {Target} since this copy began: {Differences(like.Columns, target.Columns)}. " +
                "Undo that and run the command again, which goes on; or run it with --restart to copy from zero.");
        }
    }

    private static string Differences(IReadOnlyList<TableColumn> before, IReadOnlyList<TableColumn> now)
    {
        string[] changed = [.. before.Except(now).Concat(now.Except(before)).Select(column => column.Name).Distinct(StringComparer.Ordinal).Select(name => $"'{name}'")];
        return changed.Length > 0 ? string.Join(", ", changed) : "their order";
    }

    /// <summary>Moves the rows into a table with the engine that the target is to have, still out of readers' sight.</summary>
    private async Task<TableName> FinishAsync(string? definition, CancellationToken cancellationToken)
    {
        ExistingTable? there = await parts.FindAsync(final, cancellationToken);
        if (there is null && ledger.State.Destination is null)
        {
            await parts.ExecuteAsync($"CREATE TABLE {final.Sql} {definition}", cancellationToken);
            there = await parts.FindAsync(final, cancellationToken);
        }

        if (there is null || (ledger.State.Destination is { } begun && begun != there.Identity))
            throw Gone();
        await ledger.AddAsync(new Publishing(there.Identity, BecomesTarget: true, new Dictionary<string, long>(), 0), cancellationToken);
        await MovePartitionsAsync(staging.Name, final, there.Identity, becomesTarget: true, cancellationToken);
        return final;
    }

    /// <summary>Copies the rows into a table that replicates, out of which parts can be moved into the target.</summary>
    private async Task<TableName> HandOverAsync(string definition, CancellationToken cancellationToken)
    {
        ExistingTable? there = await parts.FindAsync(final, cancellationToken);
        if (ledger.State.Destination is not null)
        {
            if (there is null)
                throw TransferRun.RestLost(tables, ledger.State);
            await BringBackAsync(cancellationToken);
            return final;
        }

        if (there is null)
            await parts.ExecuteAsync($"CREATE TABLE {final.Sql} UUID '{Guid.NewGuid()}' {definition}", cancellationToken);
        await parts.StopMergesAsync(final, cancellationToken);
        // Readers see nothing of it before the entry "publishing", so it is filled anew as often as needed.
        await parts.ReplaceAsync(final, ledger.State.StagedRows.Where(partition => partition.Value > 0).Select(partition => partition.Key), staging.Name, cancellationToken);
        staging.ThrowUnlessHas(await parts.RowsAsync(final, cancellationToken));
        return final;
    }

    /// <summary>The server may have lost parts when its machine went down. The staging table has all of them still.</summary>
    private async Task BringBackAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, long> here = await parts.RowsAsync(final, cancellationToken);
        ILookup<string, Part> arrived = (await parts.PartsAsync(Target, cancellationToken)).ToLookup(part => part.Partition, StringComparer.Ordinal);
        string[] nowhere = [.. ledger.State.StagedRows.Keys.Where(id => !here.ContainsKey(id) && !ledger.State.Published.Contains(id)
            && !(ledger.State.LastBlocks.TryGetValue(id, out long last) && arrived[id].Any(part => part.MaxBlock > last)))];
        await parts.ReplaceAsync(final, nowhere, staging.Name, cancellationToken);
        here = await parts.RowsAsync(final, cancellationToken);
        if (nowhere.Any(id => here.GetValueOrDefault(id) != ledger.State.StagedRows[id]))
            throw TransferRun.RestLost(tables, ledger.State);
    }

    /// <summary>Each partition at once, and as often as a run has to: the staging table keeps its rows until the end.</summary>
    private async Task ReplaceAsync(ExistingTable target, CancellationToken cancellationToken)
    {
        Dictionary<string, long> staged = await parts.RowsAsync(staging.Name, cancellationToken);
        staging.ThrowUnlessHas(staged);
        // Each statement names the staging table, also for partitions that it has not: a run that was taken for dead does not find it.
        string[] all = [.. staged.Keys.Union((await parts.RowsAsync(Target, cancellationToken)).Keys, StringComparer.Ordinal).Union(ledger.State.LastBlocks.Keys, StringComparer.Ordinal)];
        // What the table has now is not among the rows that it has at the end.
        await ledger.AddAsync(new Publishing(target.Identity, BecomesTarget: false, all.ToDictionary(id => id, _ => NoBlock, StringComparer.Ordinal), RowsBefore: 0), cancellationToken);
        await parts.ReplaceAsync(Target, all, staging.Name, cancellationToken);
        await ledger.AddAsync(new Published(all), cancellationToken);
    }

    private async Task MoveAsync(ExistingTable target, CancellationToken cancellationToken)
    {
        if (ledger.State.Destination is { } destination)
        {
            if (destination != target.Identity)
                throw Gone();
        }
        else if (plan.Request.Mode == CopyMode.Create && (await parts.RowsAsync(Target, cancellationToken)).Values.Sum() is > 0 and long rows)
        {
            throw Planner.NotEmpty(Target, rows);
        }

        TableName from = plan.Final is null ? staging.Name : await HandOverAsync(plan.Final, cancellationToken);
        await MovePartitionsAsync(from, Target, target.Identity, becomesTarget: false, cancellationToken);
    }

    private async Task MovePartitionsAsync(TableName from, TableName to, string identity, bool becomesTarget, CancellationToken cancellationToken)
    {
        await parts.StopMergesAsync(from, cancellationToken);
        await DropMovedAsync(from, to, cancellationToken);
        foreach (string[] some in (await parts.RowsAsync(from, cancellationToken)).Keys.Order(StringComparer.Ordinal).Chunk(PartTables.MovedTogether))
        {
            if (plan.Replica is not null)
                await parts.SyncAsync(to, cancellationToken);
            IReadOnlyList<Part> there = await parts.PartsAsync(to, cancellationToken);
            Dictionary<string, long> last = there.GroupBy(part => part.Partition, StringComparer.Ordinal)
                .ToDictionary(partition => partition.Key, partition => partition.Max(part => part.MaxBlock), StringComparer.Ordinal);
            var before = some.ToDictionary(id => id, id => last.GetValueOrDefault(id, NoBlock), StringComparer.Ordinal);
            await ledger.AddAsync(new Publishing(identity, becomesTarget, before, there.Where(part => part.IsActive).Sum(part => part.Rows)), cancellationToken);
            await parts.MoveAsync(from, some, to, cancellationToken);
            await ledger.AddAsync(new Published(some), cancellationToken);
        }

        // The last run has moved them, and died before it could say so.
        string[] silently = [.. ledger.State.LastBlocks.Keys.Except(ledger.State.Published, StringComparer.Ordinal)];
        if (silently.Length > 0)
            await ledger.AddAsync(new Published(silently), cancellationToken);
    }

    /// <summary>
    /// What the server shows in the table again, or still, though it has moved it: it was killed in the middle. A part that was moved
    /// is in the other table under a later block number, with the same hash.
    /// </summary>
    private async Task DropMovedAsync(TableName from, TableName to, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, long> begun = ledger.State.LastBlocks;
        Part[] left = [.. (await parts.PartsAsync(from, cancellationToken)).Where(part => part.IsActive && begun.ContainsKey(part.Partition))];
        if (left.Length == 0)
            return;
        ILookup<string, Part> arrived = (await parts.PartsAsync(to, cancellationToken)).Where(part => begun.TryGetValue(part.Partition, out long last) && part.MaxBlock > last)
            .ToLookup(part => part.Partition, StringComparer.Ordinal);
        foreach (IGrouping<string, Part> partition in left.GroupBy(part => part.Partition, StringComparer.Ordinal))
        {
            if (ledger.State.Published.Contains(partition.Key))
            {
                await parts.DropPartitionAsync(from, partition.Key, cancellationToken);
                continue;
            }

            List<string> there = [.. arrived[partition.Key].Where(part => part.MinBlock > begun[partition.Key]).Select(part => part.Hash)];
            Part[] twice = [.. partition.Where(part => there.Remove(part.Hash))];
            if (twice.Length < partition.Count() && HasUnknownBlocks(arrived[partition.Key], [.. partition.Select(part => part.Hash)], begun[partition.Key]))
                throw Unknown(partition.Key, from);
            foreach (Part part in twice)
                await parts.DropPartAsync(from, part, cancellationToken);
        }
    }

    /// <summary>Whether parts were merged or rewritten, and removed, since, so that it cannot be told any more what they held.</summary>
    private static bool HasUnknownBlocks(IEnumerable<Part> arrived, HashSet<string> ours, long last)
    {
        ILookup<bool, Part> parts = arrived.ToLookup(part => part.IsOriginal || ours.Contains(part.Hash));
        HashSet<long> known = [.. parts[true].Select(part => part.MinBlock)];
        return parts[false]
            .Any(part => !known.Contains(part.MaxBlock) || (part.MinBlock > last && !known.Contains(part.MinBlock)));
    }

    private TargetException Unknown(string partition, TableName from) => new("clickhouse.publication_interrupted",
        $"The server was stopped while it moved partition {partition} into {Target}, and has merged {Target} since: whether its rows have arrived cannot be told any more. " +
        $"They are in {from}. Compare the two, drop the partition from the one that is wrong, and run the command again.");

    private TargetException Gone() => new("clickhouse.target_changed",
        $"{Target} is not the table any more into which transfer {tables.Transfer} began to move its rows, or what it had collected is gone. Run the command again with --restart to copy from zero.");
}
