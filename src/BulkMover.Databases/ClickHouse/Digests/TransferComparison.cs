using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Compares what transfers have brought, by the digests in the ledger, with what is in a table. Reads nothing of the source.</summary>
/// <param name="client">The server.</param>
/// <param name="server">What it can do.</param>
/// <param name="target">The table that the transfers fill.</param>
internal sealed class TransferComparison(ServerClient client, ServerAbilities server, TableName target)
{
    private readonly TableDigests digests = new(client, server);

    /// <summary>Compares the target with all complete transfers whose rows are in it.</summary>
    /// <param name="transfer">The one that was asked for.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>Null when the table that the transfer's rows came into is not the target any more.</returns>
    /// <exception cref="TargetException">The table has rows of others, or does not keep its rows.</exception>
    public async Task<Comparison?> OfTargetAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        ExistingTable? table = await TableReader.TableAsync(client, target, cancellationToken);
        LedgerState[] complete = table is null ? [] : StillThere(await Ledger.ReadAsync(client, target, cancellationToken), table);
        LedgerState? asked = Array.Find(complete, state => state.Transfer == transfer);
        if (table is null || asked is null)
            return null;
        ThrowUnlessKept(table);
        ThrowIfOthersCame(table, asked, complete);
        LedgerState? first = Array.Find(complete, state => state.Staging == table.Identity);
        IReadOnlyList<SentColumn> columns = asked.Begun!.Columns;
        Digest later = Digest.Empty(columns.Count);
        foreach (LedgerState state in complete.Where(state => state != first))
        {
            await foreach (ChunkDigest chunk in ChunksAsync(state.Transfer, withTasks: false, withDigests: true, cancellationToken))
                later += chunk.Digest;
        }

        return await CompareAsync(target, table, columns, first?.Transfer, later, cancellationToken);
    }

    /// <summary>Compares the staging table with the chunks that were collected in it, before any row is moved out of it.</summary>
    public async Task<Comparison> OfStagingAsync(TableName staging, LedgerState state, CancellationToken cancellationToken)
    {
        IReadOnlyList<SentColumn> columns = state.Begun!.Columns;
        // A run that was stopped may have given it the target's name already.
        ExistingTable? table = await TableReader.TableAsync(client, staging, cancellationToken);
        TableName name = table is null ? target : staging;
        table ??= await TableReader.TableAsync(client, target, cancellationToken);
        if (table is null || table.Identity != state.Staging)
            throw new TargetException("clickhouse.staging_lost", $"The rows of this copy were in {staging}, which somebody has dropped. Run the command again with --restart.");
        return await CompareAsync(name, table, columns, state.Transfer, Digest.Empty(columns.Count), cancellationToken);
    }

    /// <summary>The complete transfers whose rows the table has: all, or those since it was last found empty by one.</summary>
    private static LedgerState[] StillThere(IReadOnlyList<LedgerState> transfers, ExistingTable table)
    {
        LedgerState[] complete = [.. transfers.Where(state => state.Completed?.Table == table.Identity)];
        LedgerState? fresh = complete.Where(state => state.Staging != table.Identity && !state.DestinationBecomesTarget && state.Before is { Rows: 0 }).MaxBy(state => state.Before!.Value.At);
        return fresh is null ? complete : [.. complete.Where(state => state == fresh || state.CompletedAt > fresh.Before!.Value.At)];
    }

    /// <summary>
    /// Reads the chunks one by one and more than once, for there may be millions: to know which can be told apart, to add them up, and the scan tasks
    /// of those that differ.
    /// </summary>
    /// <param name="name">The table.</param>
    /// <param name="table">What it is.</param>
    /// <param name="columns">Which columns, as they were sent.</param>
    /// <param name="transfer">The one that the table was made with, whose chunks can be told apart; null when there is none.</param>
    /// <param name="later">What all others come to.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    private async Task<Comparison> CompareAsync(
        TableName name, ExistingTable table, IReadOnlyList<SentColumn> columns, TransferId? transfer, Digest later, CancellationToken cancellationToken)
    {
        Dictionary<string, Digest> found = await digests.ReadAsync(name, table, columns, "_part", cancellationToken);
        var ranges = new BlockRanges(
            (await ChunksAsync(transfer, withTasks: false, withDigests: false, cancellationToken).Select(chunk => chunk.LastBlock).ToListAsync(cancellationToken)).Order(), found.Keys);
        Digest[] source = [.. Enumerable.Repeat(Digest.Empty(columns.Count), ranges.Count)], target = [.. source];
        await foreach (ChunkDigest chunk in ChunksAsync(transfer, withTasks: false, withDigests: true, cancellationToken))
            source[ranges.GroupOf(chunk.LastBlock)] += chunk.Digest;
        source[^1] += later;
        foreach ((string part, Digest digest) in found)
            target[ranges.GroupOf(part)] += digest;

        Dictionary<int, List<ChunkDigest>> differing = Enumerable.Range(0, ranges.Count).Where(group => source[group] != target[group]).ToDictionary(group => group, _ => new List<ChunkDigest>());
        if (differing.Count > 0)
        {
            await foreach (ChunkDigest chunk in ChunksAsync(transfer, withTasks: true, withDigests: false, cancellationToken))
                differing.GetValueOrDefault(ranges.GroupOf(chunk.LastBlock))?.Add(chunk);
        }

        return new Comparison(
            [.. columns.Select(column => column.Name)], Digest.Sum(source, columns.Count), Digest.Sum(target, columns.Count),
            [.. differing.Select(group => Difference(ranges, group.Key, group.Value, source[group.Key], target[group.Key]))]);
    }

    private static Difference Difference(BlockRanges ranges, int group, List<ChunkDigest> chunks, Digest source, Digest target)
    {
        long[] numbers = [.. chunks.Select(chunk => chunk.Number).Order()];
        return new Difference(ranges.Name(group, numbers), numbers, [.. chunks.OrderBy(chunk => chunk.LastBlock).Select(chunk => chunk.Tasks)], source, target);
    }

    private IAsyncEnumerable<ChunkDigest> ChunksAsync(TransferId? transfer, bool withTasks, bool withDigests, CancellationToken cancellationToken) => transfer is null
        ? AsyncEnumerable.Empty<ChunkDigest>()
        : Ledger.ChunksAsync(client, target, transfer.Value, withTasks, withDigests, cancellationToken);

    private void ThrowUnlessKept(ExistingTable table)
    {
        if (table.HasTtl || TableEngine.Collapses(table.Engine))
        {
            throw new TargetException("clickhouse.rows_not_kept",
                $"{target} {(table.HasTtl ? "has a TTL" : $"has the engine {table.Engine}")}, so that rows which have arrived go away again by themselves. " +
                "Compare them before they become visible, with copy --verify.");
        }
    }

    private void ThrowIfOthersCame(ExistingTable table, LedgerState asked, LedgerState[] complete)
    {
        LedgerState? other = Array.Find(complete, state => !state.Begun!.Columns.SequenceEqual(asked.Begun!.Columns));
        if (other is not null)
        {
            throw new TargetException("clickhouse.rows_of_others",
                $"{target} has also rows of transfer {other.Transfer}, which brought other columns, so that the rows of this copy cannot be told from them. Compare such copies as they are made, with copy --verify.");
        }

        long before = complete.Select(state => state.Before?.Rows).Min() ?? 0;
        bool isMade = complete.Any(state => state.Staging == table.Identity || state.DestinationBecomesTarget);
        if (!isMade && before > 0)
        {
            throw new TargetException("clickhouse.rows_of_others",
                $"{target} had {before:N0} rows before the first copy into it, so that the rows of this copy cannot be told from them. Compare such copies as they are made, with copy --verify.");
        }
    }
}
