using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Decides how a request is carried out, from what the server says about itself and the table. Changes nothing.</summary>
/// <param name="client">The server.</param>
/// <param name="target">The table.</param>
/// <param name="options">How a new table is made.</param>
/// <param name="ownsServer">The server is ours, so that a missing database may be made.</param>
internal sealed class Planner(ServerClient client, TableName target, ClickHouseTableOptions options, bool ownsServer)
{
    /// <summary>Databases whose tables can change names with each other at once, and keep the identity of their data.</summary>
    private static readonly string[] DatabaseEngines = ["Atomic", "Overlay"];

    public async Task<ClickHousePlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        NewTable.CheckNames(request.Schema);
        // All at once: it is round trips and nothing else, and a copy of little waits for nothing but them.
        Task<string?> databaseEngine = TableReader.DatabaseEngineAsync(client, target.Database, cancellationToken);
        Task<ExistingTable?> existing = TableReader.TableAsync(client, target, cancellationToken);
        Task<LedgerState?> known = Ledger.FindAsync(client, target, request.Transfer, withTasks: false, cancellationToken);
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        CheckDatabase(await databaseEngine);
        (ExistingTable? table, LedgerState? state) = (await existing, await known);
        (long lastEpoch, long entries) = (state?.Epoch ?? 0, state?.Entries ?? 0);
        if (request.Restart || (state?.Completed is { } completed && (table?.Identity != completed.Table || (table.Rows == 0 && completed.Rows > 0))))
            state = null; // Somebody has thrown the result away since, or wants to.
        if (state?.Completed is not null)
            return Complete(request, server, state);
        CheckKind(state, table);
        var notes = new List<string>();
        ClickHousePlan plan = table is null
            ? New(request, server, createsDatabase: await databaseEngine is null, notes)
            : Existing(request, table, state, server, notes);
        await new UserRights(client, new TransferTables(target, request.Transfer)).CheckAsync(plan, cancellationToken);
        return plan with { Earlier = state?.Record(table), LastEpoch = lastEpoch, Entries = entries };
    }

    /// <summary>Plans what is left of a transfer whose rows have all arrived.</summary>
    public async Task<ClickHousePlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken)
    {
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        ExistingTable? table = await TableReader.TableAsync(client, target, cancellationToken);
        if (await Ledger.FindAsync(client, target, transfer, withTasks: false, cancellationToken) is not { Begun: { } begun } state)
            throw new TargetException("clickhouse.transfer_unknown", $"Transfer {transfer} into {target} was discarded a moment ago. Run the command again to copy from zero.");
        var request = new TargetRequest(transfer, begun.Origin, new Schema([], null), begun.Mode, []) { Verify = verify };
        if (state.Completed is not null)
            return Complete(request, server, state);
        CheckKind(state, table);
        if (table is null && state.Destination is null && state.AllArrived?.Final == Like(target))
            throw new TargetException("clickhouse.target_dropped", $"{target} was there when this copy began, and somebody has dropped or renamed it since. Bring it back, or run the command with --restart to copy into a new one.");
        (Publication publication, string staging, string? final) = table is null ? (Publication.Rename, "", null) : Ways(request, table, state);
        return new ClickHousePlan(request, [], [], [])
        {
            OnlyCommits = true,
            Server = server,
            CreatesDatabase = false,
            Staging = staging,
            Final = state.AllArrived is null ? final : state.AllArrived.Final,
            Publication = publication,
            Shard = begun.Shard,
            Replica = table?.Replica,
            Earlier = state.Record(table),
            LastEpoch = state.Epoch,
            Entries = state.Entries,
        };
    }

    /// <summary>Nothing has to fit any more.</summary>
    private static ClickHousePlan Complete(TargetRequest request, ServerAbilities server, LedgerState state) => new(request, [], [], [])
    {
        Server = server,
        CreatesDatabase = false,
        Staging = "",
        Publication = Publication.Rename,
        Earlier = state.Record(null),
        LastEpoch = state.Epoch,
    };

    private ClickHousePlan New(TargetRequest request, ServerAbilities server, bool createsDatabase, List<string> notes)
    {
        if (!target.HasRoomFor(0))
            throw new InvalidInputException("clickhouse.name_too_long", $"The name {target} is longer than ClickHouse can store. Choose a shorter one.");
        _ = TypeMapping.Find(request.Schema, server.Calendar); // Refuses all columns that cannot arrive in one message.
        TargetColumn[] sent = [.. request.Schema.FieldsList.Select(field => TargetColumn.Of(field, server.Calendar))];
        (string staging, string final) = NewTable.Define(sent, request.SortOrder, options, notes);
        NoteEngine(TableEngine.NameOf(options.Engine ?? TableEngine.Plain), notes);
        NotePartitions(options.PartitionBy ?? "", sent, notes);
        string[] first = createsDatabase ? [$"CREATE DATABASE {ClickHouseName.Quote(target.Database)}"] : [];
        return new ClickHousePlan(request, sent, [.. first, .. Steps(request.Transfer, staging, sent, Publication.Rename)], notes)
        {
            Server = server,
            CreatesDatabase = createsDatabase,
            Staging = staging,
            Final = final == staging ? null : final,
            Engine = TableEngine.NameOf(options.Engine ?? TableEngine.Plain),
            Publication = Publication.Rename,
        };
    }

    private ClickHousePlan Existing(TargetRequest request, ExistingTable table, LedgerState? state, ServerAbilities server, List<string> notes)
    {
        CheckTable(request.Mode, table, IsOurs(table, state));
        IReadOnlyList<TargetColumn> sent = TableMatch.Columns(request.Schema, table, target, server.Calendar, notes);
        (Publication publication, string staging, string? final) = Ways(request, table, state);
        NoteEngine(table.Engine, notes);
        NotePartitions(table.PartitionKey, sent, notes);
        if (table.HasTtl)
            notes.Add($"{target} has a TTL: rows and values that are older than it allows go away.");
        if (publication == Publication.ReplaceParts)
            notes.Add($"{target} is replicated: its partitions are replaced at once each, but one after another.");
        if (table.Dependents.Length > 0)
            notes.Add($"Materialized views over {target} do not see the rows that are copied: {table.Dependents}.");
        return new ClickHousePlan(request, sent, Steps(request.Transfer, staging, sent, publication, final), notes)
        {
            Server = server,
            CreatesDatabase = false,
            Staging = staging,
            Final = final,
            Engine = table.Engine,
            Replica = table.Replica,
            Publication = publication,
        };
    }

    /// <summary>How rows come into a table that is there, and the definitions of the tables that they come through.</summary>
    private (Publication Publication, string Staging, string? Final) Ways(TargetRequest request, ExistingTable table, LedgerState? state)
    {
        // Parts of the staging table are copied to where they replicate; moved they are within a family of engines only (ALTER TABLE … PARTITION, "MOVE PARTITION TO TABLE").
        string plain = $"{Like(target)} ENGINE = {TableEngine.Plain}{table.Keys}";
        if (table.Replica is { } replica)
        {
            return request.Mode == CopyMode.Replace
                ? (Publication.ReplaceParts, plain, null)
                : (Publication.Move, plain, $"{Like(target)} ENGINE = {replica.Engine($"{replica.GatePath}_{request.Transfer}_{{uuid}}", replica.Name)}{table.Keys}");
        }

        bool isPlain = table.Engine == TableEngine.Plain && !table.HasTtl;
        bool isMade = IsOurs(table, state) && (table.Identity == state!.Staging || state.DestinationBecomesTarget);
        Publication publication = request.Mode == CopyMode.Replace ? Publication.Exchange : isMade ? Publication.Rename : Publication.Move;
        return (
            publication,
            isPlain ? Like(target) : plain,
            isPlain || publication == Publication.Move ? null : Like(target));
    }

    private static string Like(TableName table) => $"AS {table.Sql}";

    /// <summary>The transfer itself has made the table, or has filled it in part.</summary>
    private static bool IsOurs(ExistingTable table, LedgerState? state) =>
        state?.Begun is not null && (table.Identity == state.Staging || table.Identity == state.Destination);

    private void CheckDatabase(string? engine)
    {
        if (engine is null && !ownsServer)
            throw new TargetException("clickhouse.database_missing", $"There is no database '{target.Database}' on {client.Endpoint.Server}. Create it first, or correct its name.");
        if (engine is not null && !DatabaseEngines.Contains(engine, StringComparer.Ordinal))
        {
            throw new TargetException("clickhouse.database_engine",
                $"Database '{target.Database}' has the engine {engine}, in which tables cannot be swapped at once. Use a database with the engine Atomic.");
        }
    }

    /// <summary>A copy into a replicated table does not end in one that is only here, nor the other way round.</summary>
    private void CheckKind(LedgerState? state, ExistingTable? table)
    {
        if (state?.Begun is { } begun && begun.Replica != table?.Replica?.Path)
        {
            throw new TargetException("clickhouse.target_changed",
                $"When this copy began, {target} was {Kind(begun.Replica)}, and now it is {(table is null ? "gone" : Kind(table.Replica?.Path))}. Bring back what was there, or run the command with --restart to copy into what is there now.");
        }

        static string Kind(string? path) => path is null ? "no replicated table" : $"a replica of '{path}'";
    }

    private void CheckTable(CopyMode mode, ExistingTable table, bool isOurs)
    {
        if (!TableEngine.CanBeLoaded(table.Engine))
        {
            throw new TargetException("clickhouse.engine_unsupported",
                $"{target} has the engine {table.Engine}, which is not loaded. Copy into a new table, and from there with INSERT … SELECT.");
        }

        if (!options.AreDefaults && !isOurs)
        {
            throw new InvalidInputException("clickhouse.table_options",
                $"{target} exists and keeps its structure: leave out --order-by, --partition-by and --engine, or drop the table first.");
        }

        if (mode == CopyMode.Create && table.Rows > 0 && !isOurs)
            throw NotEmpty(target, table.Rows);
    }

    public static TargetException NotEmpty(TableName target, long rows) => new("clickhouse.table_not_empty",
        $"{target} has {rows:N0} rows already. Choose --mode append to add to them or --mode replace to replace them.");

    private string[] Steps(TransferId transfer, string definition, IReadOnlyList<TargetColumn> sent, Publication publication, string? final = null)
    {
        var tables = new TransferTables(target, transfer);
        (TableName staging, TableName chunk) = (tables.Staging(1), tables.Chunk(0, 1));
        return
        [
            $"CREATE TABLE {staging.Sql} {definition}", $"CREATE TABLE {chunk.Sql} AS {staging.Sql}", InsertStatement.For(chunk, sent),
            // The first chunk's table; partitions of later ones are moved.
            $"EXCHANGE TABLES {chunk.Sql} AND {staging.Sql}", $"ALTER TABLE {tables.Chunk(1, 1).Sql} MOVE PARTITION … TO TABLE {staging.Sql}", $"DROP TABLE {chunk.Sql}",
            .. publication switch
            {
                Publication.Rename => [$"RENAME TABLE {staging.Sql} TO {target.Sql}"],
                Publication.ReplaceParts => [$"ALTER TABLE {target.Sql} REPLACE PARTITION … FROM {staging.Sql}", $"DROP TABLE {staging.Sql}"],
                Publication.Move when final is not null =>
                [
                    $"CREATE TABLE {tables.Final(1).Sql} {final}", $"ALTER TABLE {tables.Final(1).Sql} REPLACE PARTITION … FROM {staging.Sql}",
                    $"ALTER TABLE {tables.Final(1).Sql} MOVE PARTITION … TO TABLE {target.Sql}", $"DROP TABLE {tables.Final(1).Sql}", $"DROP TABLE {staging.Sql}",
                ],
                Publication.Exchange => [$"EXCHANGE TABLES {staging.Sql} AND {target.Sql}", $"DROP TABLE {staging.Sql}"],
                _ => new[] { $"ALTER TABLE {staging.Sql} MOVE PARTITION … TO TABLE {target.Sql}", $"DROP TABLE {staging.Sql}" },
            },
        ];
    }

    private void NoteEngine(string engine, List<string> notes)
    {
        if (TableEngine.Collapses(engine))
            notes.Add($"{engine} merges rows with equal keys, so that {target} may show fewer rows than were copied.");
    }

    private static void NotePartitions(string expression, IReadOnlyList<TargetColumn> sent, List<string> notes)
    {
        if (PartitionKey.TryParse(expression, sent) is null)
            notes.Add($"The partition key {expression} cannot be computed before sending: each insert makes a part in every partition that it touches.");
    }
}
