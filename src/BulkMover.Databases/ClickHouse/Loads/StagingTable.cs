using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>The table in which rows arrive out of readers' sight, beside the target and with its structure.</summary>
internal sealed class StagingTable
{
    private const string SealedSuffix = "_sealed";

    private readonly ServerClient client;
    private readonly ClickHousePlan plan;
    private readonly TableName target;

    private StagingTable(ServerClient client, ClickHousePlan plan, TableName target, TableName name)
    {
        this.client = client;
        this.plan = plan;
        this.target = target;
        Name = name;
        Sealed = name with { Table = name.Table + SealedSuffix };
    }

    public TableName Name { get; }

    /// <summary>Its name while parts are moved out of it: whoever finds a table of that name knows that all rows had arrived.</summary>
    public TableName Sealed { get; }

    /// <summary>Stays with the rows whatever the table is called.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>Expression as the server writes it; empty for none.</summary>
    public string PartitionKey { get; private set; } = "";

    /// <summary>The same transfer always has the same name, so that a later run finds what a killed one left.</summary>
    public static TableName NameFor(TableName target, TransferId transfer)
    {
        string suffix = $"__bulkmover_{transfer}";
        return target with { Table = target.HasRoomFor(suffix.Length + SealedSuffix.Length) ? target.Table + suffix : suffix };
    }

    /// <summary>Makes it, empty; what an earlier, dead run of the same transfer left is dropped.</summary>
    /// <exception cref="TargetException">An earlier run died while its rows were being moved into the target.</exception>
    public static async Task<StagingTable> CreateAsync(
        ServerClient client, ClickHousePlan plan, TableName target, TransferId transfer, CancellationToken cancellationToken)
    {
        var table = new StagingTable(client, plan, target, NameFor(target, transfer));
        if (plan.CreatesDatabase)
            await client.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {ClickHouseName.Quote(target.Database)} ENGINE = Atomic", Settings(plan), cancellationToken);
        await table.ThrowIfSealedAsync(cancellationToken);
        await table.DropAsync(table.Name, cancellationToken);
        await client.ExecuteAsync($"CREATE TABLE {table.Name.Sql} {plan.Definition}", Settings(plan), cancellationToken);
        ExistingTable made = await TableReader.TableAsync(client, table.Name, cancellationToken) ?? throw table.Lost();
        table.Identity = made.Identity;
        table.PartitionKey = made.PartitionKey;
        return table;
    }

    public async Task DropAsync(CancellationToken cancellationToken) => await DropAsync(Name, cancellationToken);

    /// <summary>Makes its rows the target's, or goes on where an earlier call stopped (invariant 3).</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        TableName? now = await FindAsync(cancellationToken);
        switch (plan.Publication)
        {
            case Publication.Rename when now != target:
                await ExecuteAsync($"RENAME TABLE {(now ?? throw Lost()).Sql} TO {target.Sql}", cancellationToken);
                break;
            case Publication.Exchange:
                if (now != target)
                    await ExecuteAsync($"EXCHANGE TABLES {(now ?? throw Lost()).Sql} AND {target.Sql}", cancellationToken);
                await DropAsync(Name, cancellationToken);
                break;
            case Publication.Move when now is not null:
                await MoveAsync(now.Value, cancellationToken);
                break;
        }
    }

    private async Task MoveAsync(TableName now, CancellationToken cancellationToken)
    {
        if (now != Sealed)
        {
            if (plan.Request.Mode == CopyMode.Create && await TableReader.CountAsync(client, target, cancellationToken) is > 0 and long rows)
                throw Planner.NotEmpty(target, rows);
            await ExecuteAsync($"RENAME TABLE {Name.Sql} TO {Sealed.Sql}", cancellationToken);
        }

        // One statement for many partitions: between two statements readers could see some of them only.
        foreach (string[] partitions in (await PartitionsAsync(cancellationToken)).Chunk(1000))
        {
            string moves = string.Join(", ", partitions.Select(id => $"MOVE PARTITION ID {SqlText.Quote(id)} TO TABLE {target.Sql}"));
            await ExecuteAsync($"ALTER TABLE {Sealed.Sql} {moves}", cancellationToken);
        }

        await DropAsync(Sealed, cancellationToken);
    }

    private async Task<IEnumerable<string>> PartitionsAsync(CancellationToken cancellationToken) =>
        (await client.SelectAsync(
            $"SELECT DISTINCT partition_id FROM system.parts WHERE active AND database = {SqlText.Quote(Sealed.Database)} " +
            $"AND table = {SqlText.Quote(Sealed.Table)} ORDER BY partition_id", cancellationToken)).Select(row => row[0]);

    /// <summary>The name that the rows have now; null when the table is gone.</summary>
    private async Task<TableName?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (TableName name in new[] { Name, Sealed, target })
        {
            if ((await TableReader.TableAsync(client, name, cancellationToken))?.Identity == Identity)
                return name;
        }

        return null;
    }

    private async Task ThrowIfSealedAsync(CancellationToken cancellationToken)
    {
        if (await TableReader.TableAsync(client, Sealed, cancellationToken) is not { } left)
            return;
        throw new TargetException("clickhouse.publication_interrupted",
            $"An earlier run of this very copy was stopped while it moved its rows into {target}; {left.Rows:N0} rows are still in {Sealed}. " +
            "Copying again would bring rows twice. Move the rest with ALTER TABLE … MOVE PARTITION, or empty the target; then drop that table.");
    }

    private Task DropAsync(TableName name, CancellationToken cancellationToken) =>
        ExecuteAsync($"DROP TABLE IF EXISTS {name.Sql}", cancellationToken);

    private Task ExecuteAsync(string sql, CancellationToken cancellationToken) => client.ExecuteAsync(sql, Settings(plan), cancellationToken);

    private static Dictionary<string, object> Settings(ClickHousePlan plan)
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            // The limit guards against a slip of the hand; what is dropped here is what the copy made, or what --mode replace replaces.
            ["max_table_size_to_drop"] = 0,
            ["allow_suspicious_low_cardinality_types"] = 1,
        };
        foreach (string name in plan.Server.TypeSettings)
            settings[name] = 1;
        return settings;
    }

    private TargetException Lost() => new("clickhouse.staging_lost",
        $"The rows of this copy were in {Name}, which somebody has dropped. If the same command ran twice at the same time, run it once.");
}
