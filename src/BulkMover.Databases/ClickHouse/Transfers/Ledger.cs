using System.Runtime.CompilerServices;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// The entries of a transfer in the target's database, in one table for all transfers there. Entries are only added; one that was sent twice
/// counts once. Used by one run at a time: an entry's place is the run's epoch and a count.
/// </summary>
internal sealed class Ledger
{
    /// <summary>An insert that is answered has been made, and is made each time it is sent.</summary>
    public static readonly IReadOnlyDictionary<string, object> Settings = new Dictionary<string, object>(StringComparer.Ordinal) { ["async_insert"] = 0, ["insert_deduplicate"] = 0 };

    // Large: 22 bytes for each file that was ever brought, and 22 for each column of each chunk. Read only by those who need them.
    private const string Tasks = "tasks";

    private const string Digests = "digest";

    private readonly ServerClient client;
    private readonly TransferTables tables;
    private readonly long epoch;
    private long place;

    private Ledger(ServerClient client, TransferTables tables, long epoch, LedgerState state) =>
        (this.client, this.tables, this.epoch, State) = (client, tables, epoch, state);

    public LedgerState State { get; }

    /// <summary>Of the table that was made (<see cref="MakeAsync"/>).</summary>
    /// <param name="client">The server.</param>
    /// <param name="tables">The transfer's tables.</param>
    /// <param name="epoch">Of the run that will write.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async Task<Ledger> OpenAsync(ServerClient client, TransferTables tables, long epoch, CancellationToken cancellationToken)
    {
        LedgerState? state = (await ReadAsync(client, tables.Target, tables.Transfer, withTasks: true, cancellationToken)).GetValueOrDefault(tables.Transfer.Value);
        return new Ledger(client, tables, epoch, state ?? new LedgerState(tables.Transfer, tables.Target.Table));
    }

    /// <summary>Of a transfer that has no entries yet, in the table that was made.</summary>
    public static Ledger New(ServerClient client, TransferTables tables, long epoch) => new(client, tables, epoch, new LedgerState(tables.Transfer, tables.Target.Table));

    /// <summary>Makes the table where it is missing.</summary>
    public static Task MakeAsync(ServerClient client, string database, CancellationToken cancellationToken) => client.ExecuteAsync(
        $"CREATE TABLE IF NOT EXISTS {TransferTables.Ledger(database).Sql} (target String, transfer String, epoch UInt64, place UInt64, " +
        $"kind LowCardinality(String), entry String, {Tasks} String CODEC(ZSTD), {Digests} String CODEC(ZSTD), at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY (target, transfer, epoch, place) " +
        // An entry must outlast the machine's power where what it tells about may be lost with it: that shows, and the other way round does not.
        "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1 " +
        "COMMENT 'What bulkmover knows of its copies into this database; see bulkmover transfers'", Settings, cancellationToken);

    /// <summary>Epoch of a transfer's last run, 0 when there was none, and whether that has brought it to an end.</summary>
    public static async Task<(long Epoch, bool HasEnded)> LastRunAsync(ServerClient client, TransferTables tables, CancellationToken cancellationToken)
    {
        string[] last = (await client.SelectAsync(
            $"SELECT toString(max(epoch)), argMax(kind, (epoch, place)) FROM {TransferTables.Ledger(tables.Target.Database).Sql} " +
            $"WHERE {Where(tables.Target, tables.Transfer)}", cancellationToken))[0];
        return (SqlText.Number(last[0]), last[1] is "completed" or "discarded");
    }

    /// <summary>What is known of the transfers into a table, but for the scan tasks of their chunks.</summary>
    public static async Task<IReadOnlyList<LedgerState>> ReadAsync(ServerClient client, TableName target, CancellationToken cancellationToken) =>
        await IsThereAsync(client, target, cancellationToken) ? [.. (await ReadAsync(client, target, null, withTasks: false, cancellationToken)).Values] : [];

    /// <summary>What is known of one transfer into a table; null when nothing is.</summary>
    /// <param name="client">The server.</param>
    /// <param name="target">The table.</param>
    /// <param name="transfer">Which.</param>
    /// <param name="withTasks">Also which scan tasks its chunks have.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public static async Task<LedgerState?> FindAsync(ServerClient client, TableName target, TransferId transfer, bool withTasks, CancellationToken cancellationToken) =>
        await IsThereAsync(client, target, cancellationToken) ? (await ReadAsync(client, target, transfer, withTasks, cancellationToken)).GetValueOrDefault(transfer.Value) : null;

    private static async Task<bool> IsThereAsync(ServerClient client, TableName target, CancellationToken cancellationToken) =>
        await TableReader.TableAsync(client, TransferTables.Ledger(target.Database), cancellationToken) is not null;

    private static async Task<Dictionary<string, LedgerState>> ReadAsync(
        ServerClient client, TableName target, TransferId? transfer, bool withTasks, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, LedgerState>(StringComparer.Ordinal);
        await foreach (string[] row in client.StreamAsync(Select(target, Where(target, transfer), withTasks ? Tasks : "''", "''"), cancellationToken))
        {
            if (!states.TryGetValue(row[0], out LedgerState? state))
                states.Add(row[0], state = new LedgerState(new TransferId(row[0]), target.Table));
            state.Apply(Parse(row), SqlText.Number(row[1]), DateTimeOffset.FromUnixTimeMilliseconds(SqlText.Number(row[6])));
        }

        return states;
    }

    /// <summary>The chunks of a transfer that have arrived, one by one in the order in which they did: there may be millions.</summary>
    /// <param name="client">The server.</param>
    /// <param name="target">The table.</param>
    /// <param name="transfer">Which.</param>
    /// <param name="withTasks">What tells their scan tasks; else nothing does.</param>
    /// <param name="withDigests">What they come to; else digests of no rows.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public static async IAsyncEnumerable<ChunkDigest> ChunksAsync(
        ServerClient client, TableName target, TransferId transfer, bool withTasks, bool withDigests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<long, Loaded>();
        var arrived = new HashSet<long>();
        string ofTransfer = Where(target, transfer);
        string sinceForgotten = $"kind IN ('loaded', 'collected') AND (epoch, place) > (SELECT max((epoch, place)) FROM {TransferTables.Ledger(target.Database).Sql} WHERE {ofTransfer} AND kind = 'discarded')";
        await foreach (string[] row in client.StreamAsync(Select(target, $"{ofTransfer} AND {sinceForgotten}", withTasks ? Tasks : "''", withDigests ? Digests : "''"), cancellationToken))
        {
            LedgerEntry entry = Parse(row);
            if (entry is Loaded chunk && !arrived.Contains(chunk.Chunk))
                loaded[chunk.Chunk] = chunk;
            if (entry is Collected end && loaded.Remove(end.Chunk, out Loaded? its) && arrived.Add(end.Chunk))
                yield return new ChunkDigest(end.Chunk, its.Tasks, end.LastBlock, withDigests ? DigestText.Parse(its.Digest) : Digest.Empty(0));
        }
    }

    /// <summary>Adds an entry; when this returns it stays, whatever happens to this program.</summary>
    public async Task AddAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        (string kind, string text) = Format(entry);
        var loaded = entry as Loaded;
        // Taken before it is sent: one whose answer gets lost may stand there all the same.
        long at = place++;
        await client.ExecuteAsync(
            $"INSERT INTO {TransferTables.Ledger(tables.Target.Database).Sql} (target, transfer, epoch, place, kind, entry, {Tasks}, {Digests}) VALUES (" +
            $"{SqlText.Quote(tables.Target.Table)}, {SqlText.Quote(tables.Transfer.Value)}, {epoch}, {at}, {SqlText.Quote(kind)}, {SqlText.Quote(text)}, " +
            $"'{Convert.ToBase64String((loaded?.Tasks ?? default).Span)}', '{loaded?.Digest}')",
            Settings, cancellationToken);
        State.Apply(entry, epoch, DateTimeOffset.UtcNow);
    }

    /// <param name="target">The table that is filled.</param>
    /// <param name="transfer">One transfer; null for all.</param>
    private static string Where(TableName target, TransferId? transfer) =>
        $"target = {SqlText.Quote(target.Table)}{(transfer is null ? "" : $" AND transfer = {SqlText.Quote(transfer.Value.Value)}")}";

    /// <param name="target">The table that is filled.</param>
    /// <param name="where">Which entries.</param>
    /// <param name="tasks">The column, or an empty text where nobody needs it.</param>
    /// <param name="digest">Likewise.</param>
    private static string Select(TableName target, string where, string tasks, string digest) =>
        $"SELECT transfer, toString(epoch), kind, entry, {tasks}, {digest}, toString(toUnixTimestamp64Milli(at)) FROM {TransferTables.Ledger(target.Database).Sql} " +
        $"WHERE {where} ORDER BY transfer, epoch, place LIMIT 1 BY transfer, epoch, place";

    private static (string Kind, string Text) Format(LedgerEntry entry) => entry switch
    {
        Begun begun => ("begun", JsonSerializer.Serialize(begun, LedgerJson.Default.Begun)),
        Loaded loaded => ("loaded", JsonSerializer.Serialize(loaded, LedgerJson.Default.Loaded)),
        Collected collected => ("collected", JsonSerializer.Serialize(collected, LedgerJson.Default.Collected)),
        Arrived arrived => ("arrived", JsonSerializer.Serialize(arrived, LedgerJson.Default.Arrived)),
        Publishing publishing => ("publishing", JsonSerializer.Serialize(publishing, LedgerJson.Default.Publishing)),
        Published published => ("published", JsonSerializer.Serialize(published, LedgerJson.Default.Published)),
        Completed completed => ("completed", JsonSerializer.Serialize(completed, LedgerJson.Default.Completed)),
        _ => ("discarded", "{}"),
    };

    private static LedgerEntry Parse(string[] row)
    {
        LedgerEntry entry = Parse(row[2], row[3]);
        return entry is Loaded loaded ? loaded with { Tasks = Convert.FromBase64String(row[4]), Digest = row[5] } : entry;
    }

    private static LedgerEntry Parse(string kind, string text) => kind switch
    {
        "begun" => JsonSerializer.Deserialize(text, LedgerJson.Default.Begun)!,
        "loaded" => JsonSerializer.Deserialize(text, LedgerJson.Default.Loaded)!,
        "collected" => JsonSerializer.Deserialize(text, LedgerJson.Default.Collected)!,
        "arrived" => JsonSerializer.Deserialize(text, LedgerJson.Default.Arrived)!,
        "publishing" => JsonSerializer.Deserialize(text, LedgerJson.Default.Publishing)!,
        "published" => JsonSerializer.Deserialize(text, LedgerJson.Default.Published)!,
        "completed" => JsonSerializer.Deserialize(text, LedgerJson.Default.Completed)!,
        "discarded" => new Discarded(),
        _ => throw new TargetException("clickhouse.ledger_unknown", $"The ledger has an entry '{kind}', which a newer version of bulkmover has written. Use that version."),
    };
}
