using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Whether the user may do what a copy does, found out before anything is made.</summary>
/// <param name="client">The server, as the user.</param>
/// <param name="tables">The transfer's tables.</param>
internal sealed class UserRights(ServerClient client, TransferTables tables)
{
    /// <summary>
    /// On the tables that the copy makes. A partition is moved with SELECT and ALTER DELETE here and INSERT there, a table is renamed with
    /// SELECT and DROP TABLE here and CREATE TABLE and INSERT there (InterpreterAlterQuery.cs, InterpreterRenameQuery.cs).
    /// </summary>
    private const string OnOwn = "SELECT, INSERT, CREATE TABLE, DROP TABLE, ALTER DELETE, ALTER SETTINGS";

    /// <summary>processes: KILL QUERY asks for it, also about the user's own. A user needs no right to end statements of its own.</summary>
    private static readonly string[] SystemTables = ["databases", "tables", "columns", "parts", "settings", "merge_tree_settings", "processes"];

    /// <exception cref="TargetException">The user may only read, or lacks rights; the message has the statements that give them.</exception>
    public async Task CheckAsync(ClickHousePlan plan, CancellationToken cancellationToken)
    {
        // Refused where the profile forbids to change one of them.
        Task settings = Task.WhenAll(
            client.ExecuteAsync("SELECT 1", InsertStatement.Settings(plan.Server), cancellationToken),
            client.ExecuteAsync("SELECT 1", plan.Publication == Publication.ReplaceParts ? PartTables.ReplaceSettings(plan.Server) : PartTables.Settings(plan.Server), cancellationToken));
        Task<bool?> hasAll = HasAsync(string.Join(", ", Needed(plan)), cancellationToken);
        var modes = (await client.SelectAsync("SELECT name, value FROM system.settings WHERE name IN ('readonly', 'allow_ddl') AND changed", cancellationToken))
            .ToDictionary(row => row[0], row => row[1], StringComparer.Ordinal);
        if (modes.GetValueOrDefault("readonly", "0") != "0" || modes.GetValueOrDefault("allow_ddl", "1") != "1")
        {
            throw new TargetException("clickhouse.readonly",
                $"User '{client.Endpoint.User}' on {client.Endpoint.Server} may not write or make tables: its profile says {string.Join(", ", modes.Select(mode => $"{mode.Key} = {mode.Value}"))}. " +
                "Use another user, or give it a profile that may.");
        }

        await settings;
        if (await hasAll is false)
            await ThrowIfMissingAsync(Needed(plan), cancellationToken);
    }

    /// <summary>Of a Distributed table's server, which spreads the rows over the shards: a table function is a table for the moment.</summary>
    /// <inheritdoc cref="CheckAsync"/>
    public Task CheckSpreadingAsync(CancellationToken cancellationToken) => ThrowIfMissingAsync(["CREATE TEMPORARY TABLE, REMOTE ON *.*"], cancellationToken);

    private async Task ThrowIfMissingAsync(IEnumerable<string> needed, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (string right in needed)
        {
            if (await HasAsync(right, cancellationToken) is false)
                missing.Add(right);
        }

        if (missing.Count > 0)
        {
            throw new TargetException("clickhouse.rights_missing",
                $"User '{client.Endpoint.User}' on {client.Endpoint.Server} lacks rights that the copy needs. Give them, then run the command again:\n" +
                string.Join('\n', missing.Select(right => $"GRANT {right} TO {ClickHouseName.Quote(client.Endpoint.User)};")));
        }
    }

    private IEnumerable<string> Needed(ClickHousePlan plan)
    {
        foreach (string table in SystemTables)
            yield return $"SELECT ON system.{table}";
        string database = ClickHouseName.Quote(tables.Target.Database);
        if (plan.CreatesDatabase)
            yield return $"CREATE DATABASE ON {database}.*";
        yield return $"{OnOwn} ON {TransferTables.Ledger(tables.Target.Database).Sql}";
        // In a right an asterisk behind a name stands for all that begins so.
        yield return $"{OnOwn} ON {database}.{ClickHouseName.Quote(tables.AnyPrefix)}*";
        if (plan.Replica is not null)
        {
            yield return "SELECT ON system.replicas";
            yield return $"{OnOwn} ON {tables.Gate(plan.Replica).Sql}";
            yield return $"SYSTEM SYNC REPLICA ON {tables.Target.Sql}";
            yield return $"SYSTEM SYNC REPLICA ON {database}.{ClickHouseName.Quote(tables.AnyPrefix)}*";
        }

        string[] own = plan.Replica is null ? [TableEngine.Plain, "Memory", plan.Engine] : [TableEngine.Plain, "Memory", TableEngine.Replicated];
        foreach (string engine in own.Distinct())
            yield return $"TABLE ENGINE ON {engine}";
        yield return plan.Publication switch
        {
            Publication.Move => $"SELECT, INSERT ON {tables.Target.Sql}",
            Publication.ReplaceParts => $"SELECT, INSERT, ALTER DELETE ON {tables.Target.Sql}",
            Publication.Rename => $"SELECT, INSERT, CREATE TABLE ON {tables.Target.Sql}",
            _ => $"SELECT, INSERT, CREATE TABLE, DROP TABLE ON {tables.Target.Sql}",
        };
    }

    /// <returns>Null where the server does not know the question: then the statement that lacks a right says so.</returns>
    private async Task<bool?> HasAsync(string rights, CancellationToken cancellationToken)
    {
        try
        {
            return await client.HasRightsAsync(rights, cancellationToken);
        }
        catch (TargetException error) when (error.Code == "clickhouse.refused")
        {
            return null;
        }
    }
}
