using System.Collections.Concurrent;
using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// One run's right to a transfer. It beats while it lives; another run takes over when no beat comes for <see cref="ServerEndpoint.LeaseTimeout"/>, as this
/// program's own clock tells, so that clocks may jump. A run that was taken for dead by mistake does no harm: the next epoch ends its
/// statements, and it finds none of its tables.
/// </summary>
internal sealed class TransferLease : IAsyncDisposable
{
    /// <summary>Beats in the time after which a run counts as dead: a few may get lost.</summary>
    private const int BeatsPerTimeout = 5;

    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Runs of this process that have ended: the server may not have heard of it.</summary>
    private static readonly ConcurrentDictionary<string, bool> Ended = new(StringComparer.Ordinal);

    private readonly ServerClient client;
    private readonly TableName table;
    private readonly string owner = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource stop = new();
    private Task beating = Task.CompletedTask;
    private long beats;
    private bool isDropped;

    private TransferLease(ServerClient client, TableName table, long epoch) => (this.client, this.table, Epoch) = (client, table, epoch);

    /// <summary>Higher than that of every run before; 1 when there was none.</summary>
    public long Epoch { get; }

    /// <summary>No run was before, so that there is nothing of one: neither entries nor tables nor statements.</summary>
    public bool IsFirst => Epoch == 1;

    /// <summary>Waits until the last run has ended or counts as dead, and makes sure that nothing it sent is still at work.</summary>
    /// <param name="client">The server.</param>
    /// <param name="tables">The transfer's tables.</param>
    /// <param name="lastEpoch">The highest that was seen of it, also by <see cref="LastEpochAsync"/>; 0 for none.</param>
    /// <param name="endedEpoch">One whose run has written that the transfer is at an end, which is the last that it writes; 0 for none.</param>
    /// <param name="after">The run's epoch is higher than this, too.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="TargetException">The last run is alive.</exception>
    /// <exception cref="EnvironmentException">Another run has come and gone meanwhile.</exception>
    /// <remarks>The ledger has been made.</remarks>
    public static async Task<TransferLease> TakeAsync(ServerClient client, TransferTables tables, long lastEpoch, long endedEpoch, long after, CancellationToken cancellationToken)
    {
        // The next epoch may have been taken while this run waited for the end of the last.
        for (long seen = 0; seen != lastEpoch;)
        {
            seen = lastEpoch;
            await WaitForEndAsync(client, tables, lastEpoch, endedEpoch, cancellationToken);
            lastEpoch = Math.Max(lastEpoch, await LastEpochAsync(client, tables.Lease, cancellationToken));
        }

        // Beats are worth nothing after a restart of the server, so they need no disk.
        await client.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {tables.Lease.Sql} (epoch UInt64, owner String, beat Int64, process String) ENGINE = Memory " +
            "SETTINGS min_rows_to_keep = 50, max_rows_to_keep = 100", Ledger.Settings, cancellationToken);
        var lease = new TransferLease(client, tables.Lease, Math.Max(lastEpoch, after) + 1);
        try
        {
            string queries = $"bulkmover-{tables.Transfer}-";
            client.QueryIdPrefix = $"{queries}{lease.Epoch}-";
            await lease.BeatAsync(cancellationToken);
            // Two that take an epoch at the same moment both see each other: perhaps both give up, but never do both go on. One that has come and gone since the last epoch was
            // looked for has left entries.
            Task<long> highest = HighestEpochAsync(client, tables.Lease, cancellationToken);
            Task<(long Epoch, bool HasEnded)> entered = Ledger.LastRunAsync(client, tables, cancellationToken);
            if ((await AliveAsync(client, tables.Lease, lease.Epoch, cancellationToken)).Count > 1 || await highest > lease.Epoch)
                throw Running(tables, "it has begun at the same moment");
            if ((await entered).Epoch >= lease.Epoch)
                throw RanMeanwhile(tables);
            lease.beating = lease.BeatOnAsync();
            // Rows that come by way of another server are inserted under an id of that server's, and keep the mover's as the initial one.
            if (!lease.IsFirst)
            {
                await client.ExecuteAsync(
                    $"KILL QUERY WHERE startsWith(initial_query_id, {SqlText.Quote(queries)}) AND NOT startsWith(initial_query_id, {SqlText.Quote(client.QueryIdPrefix)}) SYNC",
                    Ledger.Settings, cancellationToken);
            }

            return lease;
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a later run has the transfer now.</summary>
    public async Task<bool> IsTakenOverAsync(CancellationToken cancellationToken) => await LastEpochAsync(client, table, cancellationToken) > Epoch;

    /// <summary>Removes the lease of a transfer that is complete: nobody waits for its end.</summary>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        await client.ExecuteAsync($"DROP TABLE IF EXISTS {table.Sql}", Ledger.Settings, cancellationToken);
        isDropped = true;
    }

    /// <summary>Gives the transfer free at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await beating;
        stop.Dispose();
        Ended[owner] = true;
        if (isDropped)
            return;
        try
        {
            using var limit = new CancellationTokenSource(ReleaseTimeout);
            await client.ExecuteAsync($"INSERT INTO {table.Sql} VALUES ({Epoch}, '{owner}', -1, '')", Ledger.Settings, limit.Token);
        }
        catch (Exception error) when (error is BulkMoverException or OperationCanceledException)
        {
            // The next run waits a little longer.
        }
    }

    private static async Task WaitForEndAsync(ServerClient client, TransferTables tables, long epoch, long endedEpoch, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        Dictionary<string, (long Beat, string Process)>? first = null;
        while (true)
        {
            bool isForgotten = await TableReader.TableAsync(client, tables.Lease, cancellationToken) is null;
            // A run that has written its end has dropped its lease, or has just not got to it.
            if (isForgotten && epoch == endedEpoch)
                return;
            Dictionary<string, (long Beat, string Process)> alive = isForgotten ? [] : await AliveAsync(client, tables.Lease, epoch, cancellationToken);
            first ??= alive;
            // Without any beat of the epoch the server has forgotten them, and a living run beats again.
            bool ended = !isForgotten && alive.Count == 0 && await HasBeatAsync(client, tables.Lease, epoch, cancellationToken);
            if (ended || (alive.Count > 0 && alive.Values.All(run => OwnProcess.HasEnded(run.Process))) || Stopwatch.GetElapsedTime(begin) >= client.Endpoint.LeaseTimeout)
                return;
            if (alive.Any(run => !first.TryGetValue(run.Key, out (long Beat, string Process) seen) || seen.Beat != run.Value.Beat))
            {
                throw Running(tables, string.Join(", ", alive.Values.Select(run => OwnProcess.Shown(run.Process))));
            }

            await Task.Delay(client.Endpoint.LeaseTimeout / (3 * BeatsPerTimeout), cancellationToken);
        }
    }

    public static EnvironmentException RanMeanwhile(TransferTables tables) => new("clickhouse.transfer_ran_meanwhile",
        $"Another run of the same copy, transfer {tables.Transfer}, has come and gone since this one was planned. Run the command again.") { IsTransient = true };

    private static TargetException Running(TransferTables tables, string who) => new("clickhouse.transfer_running",
        $"The same copy, transfer {tables.Transfer}, is running already: {who}. Let it end, or stop it and run the command again.");

    /// <param name="client">The server.</param>
    /// <param name="lease">The table, which may be missing.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>0 when there was none, or when the last run has just dropped the table because it was done.</returns>
    public static async Task<long> LastEpochAsync(ServerClient client, TableName lease, CancellationToken cancellationToken) =>
        await TableReader.TableAsync(client, lease, cancellationToken) is null ? 0 : await HighestEpochAsync(client, lease, cancellationToken);

    private static async Task<long> HighestEpochAsync(ServerClient client, TableName lease, CancellationToken cancellationToken) =>
        SqlText.Number((await client.SelectAsync($"SELECT toString(max(epoch)) FROM {lease.Sql}", cancellationToken))[0][0]);

    /// <summary>The runs of an epoch that have not ended: more than one when two began at the same moment.</summary>
    private static async Task<Dictionary<string, (long Beat, string Process)>> AliveAsync(
        ServerClient client, TableName table, long epoch, CancellationToken cancellationToken) =>
        (await client.SelectAsync(
            $"SELECT owner, toString(max(beat)), any(process) FROM {table.Sql} WHERE epoch = {epoch} GROUP BY owner HAVING min(beat) >= 0", cancellationToken))
        .Where(row => !Ended.ContainsKey(row[0])).ToDictionary(row => row[0], row => (SqlText.Number(row[1]), row[2]), StringComparer.Ordinal);

    private static async Task<bool> HasBeatAsync(ServerClient client, TableName table, long epoch, CancellationToken cancellationToken) =>
        SqlText.Number((await client.SelectAsync($"SELECT toString(count()) FROM {table.Sql} WHERE epoch = {epoch}", cancellationToken))[0][0]) > 0;

    private async Task BeatOnAsync()
    {
        using var timer = new PeriodicTimer(client.Endpoint.LeaseTimeout / BeatsPerTimeout);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    await BeatAsync(stop.Token);
                }
                catch (BulkMoverException)
                {
                    // The work itself meets the same server and says what is wrong with it.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task BeatAsync(CancellationToken cancellationToken) => client.ExecuteAsync(
        $"INSERT INTO {table.Sql} VALUES ({Epoch}, '{owner}', {beats++}, {SqlText.Quote(OwnProcess.Name)})", Ledger.Settings, cancellationToken);
}
