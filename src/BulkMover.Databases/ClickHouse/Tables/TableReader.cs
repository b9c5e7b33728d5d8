using System.Globalization;
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
        IReadOnlyList<string[]> tables = await client.SelectAsync(
            "SELECT engine, partition_key, match(engine_full, '\\\\bTTL\\\\b'), arrayStringConcat(dependencies_table, ', '), " +
            "toString(ifNull(total_rows, 0)), arrayStringConcat(data_paths, ';') " +
            $"FROM system.tables WHERE {here} name = {SqlText.Quote(name.Table)}", cancellationToken);
        if (tables.Count == 0)
            return null;

        IReadOnlyList<string[]> columns = await client.SelectAsync(
            $"SELECT name, type, default_kind FROM system.columns WHERE {here} table = {SqlText.Quote(name.Table)} ORDER BY position", cancellationToken);
        string[] table = tables[0];
        return new ExistingTable(table[0], table[1], table[2] == "1", table[3], long.Parse(table[4], CultureInfo.InvariantCulture), table[5],
            [.. columns.Select(column => new TableColumn(column[0], column[1], column[2]))]);
    }

    /// <summary>Rows that a table holds now.</summary>
    public static async Task<long> CountAsync(ServerClient client, TableName name, CancellationToken cancellationToken) =>
        long.Parse((await client.SelectAsync($"SELECT toString(count()) FROM {name.Sql}", cancellationToken))[0][0], CultureInfo.InvariantCulture);
}
