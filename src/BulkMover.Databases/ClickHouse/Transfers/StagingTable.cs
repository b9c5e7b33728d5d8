using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// The table beside the target in which the chunks of a transfer collect out of readers' sight. It is a plain MergeTree without a TTL whatever
/// the target is, so that its rows can be counted at any time. Only one run moves rows into it, and one chunk at a time.
/// </summary>
/// <param name="parts">The server's tables.</param>
/// <param name="ledger">Of the transfer.</param>
/// <param name="tables">The transfer's tables.</param>
/// <param name="name">What it is called in this epoch.</param>
/// <param name="partitionKey">Expression as the server writes it; empty for none.</param>
/// <param name="merges">Waited for before parts are moved here.</param>
internal sealed class StagingTable(PartTables parts, Ledger ledger, TransferTables tables, TableName name, string partitionKey, MergeWait merges)
{
    public TableName Name => name;

    public string PartitionKey => partitionKey;

    /// <summary>Makes a chunk's own table. Its parts are not merged, for a part that was moved is told by its hash, and so it may have any number of them.</summary>
    public async Task MakeAsync(TableName chunk, CancellationToken cancellationToken)
    {
        await parts.ExecuteAsync($"CREATE TABLE {chunk.Sql} AS {name.Sql}", cancellationToken);
        await parts.ReadyForInsertsAsync(chunk, cancellationToken);
    }

    /// <summary>Makes a table in the place of a chunk's that keeps no row: the chunk is here already, and comes again for another shard's sake.</summary>
    public Task MakeSinkAsync(TableName chunk, CancellationToken cancellationToken) =>
        parts.ExecuteAsync($"CREATE TABLE {chunk.Sql} AS {name.Sql} ENGINE = Null", cancellationToken);

    /// <summary>
    /// Counts a chunk and brings it here; from the first entry in the ledger on, it has arrived. The first chunk's table takes this one's place: to move a part takes as long as to write a small one.
    /// Those of later chunks are moved.
    /// </summary>
    public async Task CollectAsync(TableName chunk, long number, long rows, Digest digest, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken)
    {
        Task<ExistingTable?> finding = ledger.State.StagedRows.Count > 0 || rows == 0 ? Task.FromResult<ExistingTable?>(null) : parts.FindAsync(chunk, cancellationToken);
        Dictionary<string, long> arrived = await parts.RowsAsync(chunk, cancellationToken);
        ExistingTable? first = await finding;
        if (arrived.Values.Sum() != rows)
        {
            throw new TargetException("clickhouse.rows_differ",
                $"{rows:N0} rows were sent, but {chunk} has {arrived.Values.Sum():N0}. Nothing was changed in the target. Run the command again; if it happens twice, please report it.");
        }

        await ledger.AddAsync(new Loaded(number, arrived) { Table = first?.Identity, Tasks = tasks, Digest = DigestText.Format(digest) }, cancellationToken);
        if (first is not null)
        {
            await TakePlaceAsync(chunk, first, number, arrived.Keys, CancellationToken.None);
            return;
        }

        await merges.WaitAsync([name], cancellationToken);
        await MoveHereAsync(chunk, number, arrived.Keys, CancellationToken.None);
    }

    /// <summary>
    /// Goes on where the last run stopped. The server does a move in two steps, and when it is killed between them the rows are in both
    /// tables. How many rows this one must have is in the ledger, so it shows.
    /// </summary>
    /// <param name="chunks">Tables that are there.</param>
    /// <param name="own">This one.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="TargetException">Rows have gone, or came from elsewhere.</exception>
    public async Task RecoverAsync(IEnumerable<TransferTable> chunks, ExistingTable own, CancellationToken cancellationToken)
    {
        var expected = new Dictionary<string, long>(ledger.State.StagedRows, StringComparer.Ordinal);
        Dictionary<string, long> actual = await parts.RowsAsync(name, cancellationToken);
        if (ledger.State.Interrupted is { } interrupted)
        {
            TableName? chunk = chunks.FirstOrDefault(table => table.Chunk == interrupted.Chunk && table.Epoch == ledger.State.InterruptedEpoch)?.Name;
            // A run that was taken for dead may have written that it had loaded a chunk whose table was gone by then, or the network brought that late.
            if (chunk is null && Same(expected, actual) && interrupted.Rows.Values.Sum() > 0)
                return;
            if (interrupted.Table == own.Identity)
            {
                if (!Same(interrupted.Rows, actual))
                    throw Changed();
                await EnterAsync(interrupted.Chunk, own.Identity, cancellationToken);
                if (chunk is not null)
                    await parts.DropAndFreeAsync(chunk.Value, cancellationToken);
                return;
            }

            Dictionary<string, long> left = chunk is null ? [] : await parts.RowsAsync(chunk.Value, cancellationToken);
            foreach ((string partition, long rows) in interrupted.Rows)
            {
                long moved = actual.GetValueOrDefault(partition) - expected.GetValueOrDefault(partition);
                if (moved > 0 && left.ContainsKey(partition))
                    moved = await DropMovedAsync(chunk!.Value, partition, moved, left, cancellationToken);
                if (moved + left.GetValueOrDefault(partition) != rows)
                    throw Changed();
                expected[partition] = expected.GetValueOrDefault(partition) + moved;
            }

            if (!Same(expected, actual))
                throw Changed();
            await merges.WaitAsync([name], cancellationToken);
            // The first chunk's may merge already, as this one does.
            if (chunk is not null && interrupted.Table is not null)
                await parts.StopMergesAsync(chunk.Value, cancellationToken);
            if (chunk is not null)
                await MoveHereAsync(chunk.Value, interrupted.Chunk, left.Keys, cancellationToken);
            else
                await EnterAsync(interrupted.Chunk, tookPlace: null, cancellationToken);
        }
        else if (!Same(expected, actual))
        {
            throw Changed();
        }
    }

    /// <summary>Waits until this table and the one that it is to become, or to be moved into, would not have too many parts together.</summary>
    public Task WaitForMergesAsync(TableName? target, CancellationToken cancellationToken) =>
        merges.WaitAsync(target is null ? [name] : [name, target.Value], cancellationToken);

    /// <summary>Counts all rows that have been collected, before any is moved out again.</summary>
    /// <exception cref="TargetException">They are others than were put there.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (ledger.State.Destination is null)
            ThrowUnlessHas(await parts.RowsAsync(name, cancellationToken));
    }

    /// <exception cref="TargetException">They are others than have been collected here.</exception>
    public void ThrowUnlessHas(Dictionary<string, long> rows)
    {
        if (!Same(ledger.State.StagedRows, rows))
            throw Changed();
    }

    /// <summary>Has the first chunk's table take the place of this one, which must have no rows, for it is dropped then.</summary>
    private async Task TakePlaceAsync(TableName chunk, ExistingTable first, long number, IEnumerable<string> partitions, CancellationToken cancellationToken)
    {
        Task<ExistingTable?> finding = parts.FindAsync(name, cancellationToken);
        if ((await parts.RowsAsync(name, cancellationToken)).Count > 0)
            throw Changed();
        await parts.MergeLikeAsync(chunk, first, await finding ?? throw TransferRun.Lost(name), cancellationToken);
        try
        {
            await parts.ExecuteAsync($"EXCHANGE TABLES {chunk.Sql} AND {name.Sql}", cancellationToken);
        }
        catch (TargetException refused) when (refused.Code == ServerError.Refused)
        {
            // On file systems that cannot swap two names at once the server renames, and does not exchange.
            await parts.StopMergesAsync(chunk, cancellationToken);
            await MoveHereAsync(chunk, number, partitions, cancellationToken);
            return;
        }

        await EnterAsync(number, first.Identity, cancellationToken);
        await parts.DropAndFreeAsync(chunk, cancellationToken);
    }

    private async Task MoveHereAsync(TableName chunk, long number, IEnumerable<string> partitions, CancellationToken cancellationToken)
    {
        foreach (string[] some in partitions.Chunk(PartTables.MovedTogether))
            await parts.MoveAsync(chunk, some, name, cancellationToken);
        await EnterAsync(number, tookPlace: null, cancellationToken);
        await parts.DropAndFreeAsync(chunk, cancellationToken);
    }

    /// <param name="number">Of the chunk.</param>
    /// <param name="tookPlace">Identity of its table where that has become this one.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    private async Task EnterAsync(long number, string? tookPlace, CancellationToken cancellationToken)
    {
        long lastBlock = await parts.LastBlockAsync(name, cancellationToken);
        // A run that was taken for dead meanwhile finds nothing under this name, and must not enter that.
        if (tookPlace is not null && lastBlock == 0)
            throw TransferRun.Lost(name);
        await ledger.AddAsync(new Collected(number, lastBlock) { Table = tookPlace }, cancellationToken);
    }

    /// <summary>Drops those parts of a partition that are here already.</summary>
    /// <returns>Rows of the partition that have been moved; what is left is corrected.</returns>
    private async Task<long> DropMovedAsync(TableName chunk, string partition, long moved, Dictionary<string, long> left, CancellationToken cancellationToken)
    {
        Part[] there = [.. (await parts.PartsAsync(chunk, cancellationToken)).Where(part => part.IsActive && part.Partition == partition)];
        HashSet<string> here = [.. (await parts.PartsAsync(name, cancellationToken)).Where(part => part.Partition == partition).Select(part => part.Hash)];
        // All of them, though merges may have made other parts of them meanwhile; or those that still show.
        Part[] twice = moved == there.Sum(part => part.Rows) ? there : [.. there.Where(part => here.Contains(part.Hash))];
        if (twice.Sum(part => part.Rows) != moved)
            throw Changed();
        foreach (Part part in twice)
            await parts.DropPartAsync(chunk, part, cancellationToken);
        left[partition] -= moved;
        if (left[partition] == 0)
            left.Remove(partition);
        return moved;
    }

    private static bool Same(IReadOnlyDictionary<string, long> expected, Dictionary<string, long> actual) =>
        expected.Count(entry => entry.Value > 0) == actual.Count && actual.All(entry => expected.GetValueOrDefault(entry.Key) == entry.Value);

    private TargetException Changed() => new("clickhouse.staging_changed",
        $"{name} does not have the rows that earlier runs of transfer {tables.Transfer} have put there: somebody changed it, or the server lost parts when its machine went down. " +
        $"{(ledger.State.Destination is null ? "Nothing was changed in the target. " : "")}Run the command again with --restart to copy from zero.");
}
