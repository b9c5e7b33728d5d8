using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Lets the server compute what the rows of a table come to.</summary>
/// <param name="client">The server.</param>
/// <param name="server">What it can do.</param>
internal sealed class TableDigests(ServerClient client, ServerAbilities server)
{
    // What a profile may have set must not hide rows, and a wide table makes a long query.
    private readonly Dictionary<string, object> settings = new(
        server.TypeSettings.Select(name => KeyValuePair.Create<string, object>(name, 1)), StringComparer.Ordinal)
    {
        ["final"] = 0,
        ["max_query_size"] = 1 << 30,
        ["max_ast_elements"] = 10_000_000,
        ["max_expanded_ast_elements"] = 10_000_000,
        ["allow_suspicious_low_cardinality_types"] = 1,
    };

    /// <summary>Of each part of the table's rows.</summary>
    /// <param name="name">The table.</param>
    /// <param name="table">What it is.</param>
    /// <param name="columns">Which columns, as they were sent.</param>
    /// <param name="by">The virtual column that tells the parts apart: <c>_part</c> or <c>_partition_id</c>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="TargetException">The table has lost a column.</exception>
    public async Task<Dictionary<string, Digest>> ReadAsync(
        TableName name, ExistingTable table, IReadOnlyList<SentColumn> columns, string by, CancellationToken cancellationToken)
    {
        IEnumerable<string> sums = columns.Select((_, i) => $"sum(n{i}), sum(h{i})");
        IReadOnlyList<string[]> answer = await SelectAsync(
            $"SELECT part, count(), sum(row), {string.Join(", ", sums)} FROM ({Hashed(name, table, columns, $"{by} AS part")}) GROUP BY part", cancellationToken);
        return answer.ToDictionary(values => values[0], Parse, StringComparer.Ordinal);
    }

    /// <summary>Runs a query over <see cref="Hashed"/>.</summary>
    public Task<IReadOnlyList<string[]>> SelectAsync(string sql, CancellationToken cancellationToken) => client.WorkAsync(sql, settings, cancellationToken);

    /// <summary>A query for each row's hash, <c>row</c>, and of each column whether it is null and its hash: <c>n0</c>, <c>h0</c> and so on.</summary>
    /// <param name="name">The table.</param>
    /// <param name="table">What it is.</param>
    /// <param name="columns">Which columns, as they were sent.</param>
    /// <param name="more">What else to select.</param>
    /// <exception cref="TargetException">The table has lost a column.</exception>
    public static string Hashed(TableName name, ExistingTable table, IReadOnlyList<SentColumn> columns, string more)
    {
        var types = table.Columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        string gone = string.Join(", ", columns.Where(column => !types.ContainsKey(column.Name)).Select(column => $"'{column.Name}'"));
        if (gone.Length > 0)
            throw new TargetException("clickhouse.columns_missing", $"{name} has no column {gone} any more, so it cannot be equal. Compare the others with --columns.");

        IEnumerable<string> hashes = columns.Select((column, i) =>
            $"isNull({ClickHouseName.Quote(column.Name)}) AS n{i}, {HashExpression.Of(ClickHouseName.Quote(column.Name), types[column.Name], column.Type)} AS h{i}");
        return $"SELECT {more}, {string.Join(", ", hashes)}, {HashExpression.OfRow([.. columns.Select((_, i) => $"h{i}")])} AS row FROM {name.Sql}";
    }

    private static Digest Parse(string[] values) => new(
        SqlText.Number(values[1]), Hash(values[2]),
        [.. Enumerable.Range(0, (values.Length - 3) / 2).Select(i => new ColumnDigest(SqlText.Number(values[3 + (2 * i)]), Hash(values[4 + (2 * i)])))]);

    public static ulong Hash(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
