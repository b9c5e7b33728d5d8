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
    private readonly Dictionary<string, object> settings = new(server.SettingsForTypes(), StringComparer.Ordinal)
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
        IEnumerable<string> sums = columns.Select((_, i) => $"sum({IsNull(i)}), sum({HashOf(i)})");
        IReadOnlyList<string[]> answer = await SelectAsync(
            $"SELECT {PartName}, count(), sum({Row}), {string.Join(", ", sums)} FROM ({Hashed(name, table, columns, $"{by} AS {PartName}")}) GROUP BY {PartName}", cancellationToken);
        return answer.ToDictionary(values => values[0], Parse, StringComparer.Ordinal);
    }

    /// <summary>What <see cref="Hashed"/> calls a row's hash. An alias hides a column of its name, so no column may be called so.</summary>
    public const string Row = "__bulkmover_row";

    private const string PartName = "__bulkmover_part";

    /// <summary>Runs a query over <see cref="Hashed"/>.</summary>
    public Task<IReadOnlyList<string[]>> SelectAsync(string sql, CancellationToken cancellationToken) => client.WorkAsync(sql, settings, cancellationToken);

    /// <summary>A query for each row's hash, <see cref="Row"/>, and of each column whether it is null and its hash.</summary>
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
            $"isNull({ClickHouseName.Quote(column.Name)}) AS {IsNull(i)}, {HashExpression.Of(ClickHouseName.Quote(column.Name), types[column.Name], column.Type)} AS {HashOf(i)}");
        return $"SELECT {more}, {string.Join(", ", hashes)}, {HashExpression.OfRow([.. columns.Select((_, i) => HashOf(i))])} AS {Row} FROM {name.Sql}";
    }

    private static string IsNull(int column) => $"__bulkmover_n{column}";

    private static string HashOf(int column) => $"__bulkmover_h{column}";

    private static Digest Parse(string[] values) => new(
        SqlText.Number(values[1]), Hash(values[2]),
        [.. Enumerable.Range(0, (values.Length - 3) / 2).Select(i => new ColumnDigest(SqlText.Number(values[3 + (2 * i)]), Hash(values[4 + (2 * i)])))]);

    public static ulong Hash(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
