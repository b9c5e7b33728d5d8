using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>Asks a server about its tables.</summary>
internal static class TableReader
{
    /// <returns>Null when there is no such database.</returns>
    public static async Task<string?> DatabaseEngineAsync(ServerClient client, string database, CancellationToken cancellationToken)
    {
        IReadOnlyList<string[]> rows = await client.SelectAsync(
            $"SELECT engine FROM system.databases WHERE name = {SqlText.Quote(database)}", cancellationToken);
        return rows.Count == 0 ? null : rows[0][0];
    }

    /// <returns>Null when there is no such table, or none that the user may see.</returns>
    public static async Task<ExistingTable?> TableAsync(ServerClient client, TableName name, CancellationToken cancellationToken)
    {
        string here = $"database = {SqlText.Quote(name.Database)} AND";
        // At once: it is round trips and nothing else.
        Task<IReadOnlyList<string[]>> asked = ColumnsAsync();
        IReadOnlyList<string[]> tables = await client.SelectAsync(
            "SELECT engine, partition_key, match(engine_full, '\\\\bTTL\\\\b'), arrayStringConcat(dependencies_table, ', '), " +
            "toString(ifNull(total_rows, 0)), if(uuid = toUUID('00000000-0000-0000-0000-000000000000'), arrayStringConcat(data_paths, ';'), toString(uuid)), primary_key, sorting_key, sampling_key, " +
            "extract(engine_full, ' SETTINGS (.*)$'), engine_full " +
            $"FROM system.tables WHERE {here} name = {SqlText.Quote(name.Table)}", cancellationToken);
        IReadOnlyList<string[]> columns = await asked;
        if (tables.Count == 0)
            return null;

        // It was made between the two answers.
        if (columns.Count == 0)
            columns = await ColumnsAsync();
        string[] table = tables[0];
        return new ExistingTable(table[0], table[1], Keys(table[1], table[6], table[7], table[8], table[9], table[10]), table[2] == "1", table[3], SqlText.Number(table[4]), table[5], [.. columns.Where(column => column[3] == "1").Select(column => column[0])],
            [.. columns.Select(column => new TableColumn(column[0], column[1], column[2]))], TableEngine.IsReplicated(table[0]) ? await ReplicaAsync(client, here, name, cancellationToken) : null);

        Task<IReadOnlyList<string[]>> ColumnsAsync() => client.SelectAsync(
            $"SELECT name, type, default_kind, is_in_sorting_key FROM system.columns WHERE {here} table = {SqlText.Quote(name.Table)} ORDER BY position", cancellationToken);
    }

    private static async Task<Replica> ReplicaAsync(ServerClient client, string here, TableName name, CancellationToken cancellationToken) =>
        (await client.SelectAsync($"SELECT zookeeper_name, zookeeper_path, replica_name FROM system.replicas WHERE {here} table = {SqlText.Quote(name.Table)}", cancellationToken))
        .Select(row => new Replica(row[0], row[1], row[2])).SingleOrDefault()
        ?? throw new EnvironmentException("clickhouse.replica_unknown", $"The server does not say where in Keeper {name} is (system.replicas): it may just be starting it. Try again.") { IsTransient = true };

    /// <summary>A key of one column is not the same as a tuple of it to a server that compares two tables, so each is written as it was.</summary>
    private static string Keys(string partition, string primary, string sorting, string sampling, string settings, string engine)
    {
        return Key("PARTITION BY", partition) + (engine.Contains(" PRIMARY KEY ", StringComparison.Ordinal) ? Key("PRIMARY KEY", primary) : "")
            + (sorting.Length > 0 ? Key("ORDER BY", sorting) : " ORDER BY tuple()") + Key("SAMPLE BY", sampling) + (settings.Length > 0 ? $" SETTINGS {settings}" : "");

        string Key(string clause, string expression) => expression.Length == 0 ? ""
            : engine.Contains($" {clause} ({expression})", StringComparison.Ordinal) ? $" {clause} ({expression})" : $" {clause} {expression}";
    }
}
