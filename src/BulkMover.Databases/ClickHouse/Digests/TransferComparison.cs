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
        LedgerState? first = Array.Find(complete, state => state.Begun!.Staging == table.Identity);
        IReadOnlyList<SentColumn> columns = asked.Begun!.Columns;
        List<ChunkDigest> chunks = [];
        Digest later = Digest.Empty(columns.Count);
        foreach (LedgerState state in complete)
        {
            IReadOnlyList<ChunkDigest> came = await Ledger.DigestsAsync(client, target, state.Transfer, cancellationToken);
            if (state == first)
                chunks.AddRange(came);
            else
                later += Digest.Sum(came.Select(chunk => chunk.Digest), columns.Count);
        }

        return await CompareAsync(target, table, columns, chunks, later, cancellationToken);
    }

    /// <summary>Compares the staging table with the chunks that were collected in it, before any row is moved out of it.</summary>
    public async Task<Comparison> OfStagingAsync(TableName staging, LedgerState state, CancellationToken cancellationToken)
    {
        IReadOnlyList<SentColumn> columns = state.Begun!.Columns;
        // A run that was stopped may have given it the target's name already.
        ExistingTable? table = await TableReader.TableAsync(client, staging, cancellationToken);
        TableName name = table is null ? target : staging;
        table ??= await TableReader.TableAsync(client, target, cancellationToken);
        if (table?.Identity != state.Begun!.Staging)
            throw new TargetException("clickhouse.staging_lost", $"The rows of this copy were in {staging}, which somebody has dropped. Run the command again with --restart.");
        IReadOnlyList<ChunkDigest> chunks = await Ledger.DigestsAsync(client, target, state.Transfer, cancellationToken);
        return await CompareAsync(name, table, columns, chunks, Digest.Empty(columns.Count), cancellationToken);
    }

    /// <summary>The complete transfers whose rows the table has: all, or those since it was last found empty by one.</summary>
    private static LedgerState[] StillThere(IReadOnlyList<LedgerState> transfers, ExistingTable table)
    {
        LedgerState[] complete = [.. transfers.Where(state => state.Completed?.Table == table.Identity)];
        LedgerState? fresh = complete.Where(state => state.Begun!.Staging != table.Identity && !state.DestinationBecomesTarget && state.Before is { Rows: 0 }).MaxBy(state => state.Before!.Value.At);
        return fresh is null ? complete : [.. complete.Where(state => state == fresh || state.CompletedAt > fresh.Before!.Value.At)];
    }

    private async Task<Comparison> CompareAsync(
        TableName name, ExistingTable table, IReadOnlyList<SentColumn> columns, IReadOnlyList<ChunkDigest> chunks, Digest later, CancellationToken cancellationToken)
    {
        Dictionary<string, Digest> found = await digests.ReadAsync(name, table, columns, "_part", cancellationToken);
        IReadOnlyList<Difference> differences = new BlockRanges([.. chunks.OrderBy(chunk => chunk.LastBlock)], later).Compare(found);
        return new Comparison(
            [.. columns.Select(column => column.Name)], later + Digest.Sum(chunks.Select(chunk => chunk.Digest), columns.Count), Digest.Sum(found.Values, columns.Count), differences);
    }

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
        bool isMade = complete.Any(state => state.Begun!.Staging == table.Identity || state.DestinationBecomesTarget);
        if (!isMade && before > 0)
        {
            throw new TargetException("clickhouse.rows_of_others",
                $"{target} had {before:N0} rows before the first copy into it, so that the rows of this copy cannot be told from them. Compare such copies as they are made, with copy --verify.");
        }
    }
}
