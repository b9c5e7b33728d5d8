using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Partitions;

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
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        string? databaseEngine = await TableReader.DatabaseEngineAsync(client, target.Database, cancellationToken);
        CheckDatabase(databaseEngine);
        ExistingTable? table = databaseEngine is null ? null : await TableReader.TableAsync(client, target, cancellationToken);
        var notes = new List<string>();
        return table is null
            ? New(request, server, createsDatabase: databaseEngine is null, notes)
            : Existing(request, table, server, notes);
    }

    private ClickHousePlan New(TargetRequest request, ServerAbilities server, bool createsDatabase, List<string> notes)
    {
        if (!target.HasRoomFor(0))
            throw new InvalidInputException("clickhouse.name_too_long", $"The name {target} is longer than ClickHouse can store. Choose a shorter one.");
        _ = TypeMapping.Find(request.Schema, server.Calendar); // Refuses all columns that cannot arrive in one message.
        TargetColumn[] sent = [.. request.Schema.FieldsList.Select(field => TargetColumn.Of(field, server.Calendar))];
        string definition = NewTable.Define(sent, request.SortOrder, options, notes);
        NoteEngine(TableEngine.NameOf(options.Engine ?? TableEngine.Plain), notes);
        NotePartitions(options.PartitionBy ?? "", sent, notes);
        string[] first = createsDatabase ? [$"CREATE DATABASE {ClickHouseName.Quote(target.Database)}"] : [];
        return new ClickHousePlan(request, sent, [.. first, .. Steps(definition, sent, Publication.Rename)], notes)
        {
            Server = server,
            CreatesDatabase = createsDatabase,
            Definition = definition,
            Publication = Publication.Rename,
            RowsMayVanish = options.Engine is not null && TableEngine.NameOf(options.Engine) != TableEngine.Plain,
        };
    }

    private ClickHousePlan Existing(TargetRequest request, ExistingTable table, ServerAbilities server, List<string> notes)
    {
        CheckTable(request.Mode, table);
        IReadOnlyList<TargetColumn> sent = TableMatch.Columns(request.Schema, table, target, server.Calendar, notes);
        Publication publication = request.Mode == CopyMode.Replace ? Publication.Exchange : Publication.Move;
        NoteEngine(table.Engine, notes);
        NotePartitions(table.PartitionKey, sent, notes);
        if (table.HasTtl)
            notes.Add($"{target} has a TTL: rows and values that are older than it allows go away.");
        if (table.Dependents.Length > 0)
            notes.Add($"Materialized views over {target} do not see the rows that are copied: {table.Dependents}.");
        string definition = $"AS {target.Sql}";
        return new ClickHousePlan(request, sent, Steps(definition, sent, publication), notes)
        {
            Server = server,
            CreatesDatabase = false,
            Definition = definition,
            Publication = publication,
            RowsMayVanish = table.HasTtl || table.Engine != TableEngine.Plain,
        };
    }

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

    private void CheckTable(CopyMode mode, ExistingTable table)
    {
        if (!TableEngine.CanBeLoaded(table.Engine))
        {
            throw new TargetException("clickhouse.engine_unsupported",
                $"{target} has the engine {table.Engine}, which is not loaded yet. Copy into a new table, and from there with INSERT … SELECT.");
        }

        if (!options.AreDefaults)
        {
            throw new InvalidInputException("clickhouse.table_options",
                $"{target} exists and keeps its structure: leave out --order-by, --partition-by and --engine, or drop the table first.");
        }

        if (mode == CopyMode.Create && table.Rows > 0)
            throw NotEmpty(target, table.Rows);
    }

    public static TargetException NotEmpty(TableName target, long rows) => new("clickhouse.table_not_empty",
        $"{target} has {rows:N0} rows already. Choose --mode append to add to them or --mode replace to replace them.");

    private string[] Steps(string definition, IReadOnlyList<TargetColumn> sent, Publication publication)
    {
        TableName staging = StagingTable.NameFor(target, new TransferId("ID"));
        return
        [
            $"CREATE TABLE {staging.Sql} {definition}", InsertStatement.For(staging, sent),
            .. publication switch
            {
                Publication.Rename => [$"RENAME TABLE {staging.Sql} TO {target.Sql}"],
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
