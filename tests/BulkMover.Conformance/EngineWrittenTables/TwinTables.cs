using System.Globalization;
using BulkMover.Testing.ClickHouse;

namespace BulkMover.Conformance.EngineWrittenTables;

/// <summary>
/// An Iceberg table that ClickHouse writes, and a table of its own to which the same is done: rows are computed from their number, so that
/// both get the same ones.
/// </summary>
internal sealed class TwinTables(ClickHouseServerFixture server, string database, Random random)
{
    private const int MostRowsAtOnce = 400;

    // With any of these its deletes take other rows than asked for, or fail, once a file has deletes.
    private const string DeleteSettings =
        "mutations_sync = 2, optimize_move_to_prewhere = 0, input_format_parquet_filter_push_down = 0, input_format_parquet_page_filter_push_down = 0";

    /// <summary>Types that its writer has, with a value as an expression of the hash <c>$h</c>.</summary>
    private static readonly (string Type, string Value)[] Types =
    [
        ("Int32", "toInt32($h % 5000000) - 2500000"),
        ("Int64", "reinterpretAsInt64($h)"),
        ("Float32", "toFloat32($h % 100000) / 7"),
        ("Float64", "toFloat64($h) / 7"),
        ("String", "concat('ü', hex($h))"),
        ("Date32", "toDate32('1970-01-01') + $h % 30000"),
        ("DateTime64(6)", "fromUnixTimestamp64Micro(toInt64($h % 4000000000000000))"),
        ("UUID", "reinterpretAsUUID(concat(reinterpretAsString($h), reinterpretAsString(cityHash64($h))))"),
        ("Nullable(Int64)", "if($h % 3 = 0, NULL, reinterpretAsInt64($h))"),
        ("Nullable(String)", "if($h % 3 = 0, NULL, toString($h % 100))"),
        ("Array(Nullable(String))", "arrayMap(i -> if(i = 1, NULL, toString($h % 10 + i)), range($h % 4))"),
        ("Map(String, Nullable(Int64))", "if($h % 5 = 0, map(), map('a', toInt64($h % 100), 'b', NULL))"),
        ("Tuple(x Nullable(Int64), y String)", "(if($h % 3 = 0, NULL, toInt64($h % 100)), toString($h % 7))"),
    ];

    private static readonly string[] Partitions =
        ["", "PARTITION BY icebergBucket(4, id)", "PARTITION BY (toYearNumSinceEpoch(day), icebergTruncate(1000, id))", "PARTITION BY toMonthNumSinceEpoch(day)"];

    private readonly List<(string Name, string Type, string Value)> columns =
        [("id", "Int64", "toInt64(number)"), ("day", "Date32", "toDate32('2020-01-30') + number % 70")];

    private int names;
    private int rows;

    /// <summary>Directory of the Iceberg table.</summary>
    public string IcebergDirectory { get; } = Path.Combine(server.FilesDirectory, database);

    /// <summary>The table that knows the truth.</summary>
    public string Own => $"{database}.own";

    private string Iceberg => $"{database}.iceberg";

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 4; i++)
            columns.Add(NewColumn(Types[random.Next(Types.Length)]));
        string list = string.Join(", ", columns.Select(column => $"{column.Name} {column.Type}"));
        string partition = Partitions[random.Next(Partitions.Length)];
        await server.QueryAsync($"CREATE TABLE {Iceberg} ({list}) ENGINE = IcebergLocal('{IcebergDirectory}/', 'Parquet') {partition}", cancellationToken);
        await server.QueryAsync($"CREATE TABLE {Own} ({list}) ENGINE = MergeTree ORDER BY ()", cancellationToken);
        await InsertAsync(cancellationToken);
    }

    /// <summary>Changes both tables in the same way.</summary>
    /// <returns>What was done.</returns>
    public Task<string> ChangeAsync(CancellationToken cancellationToken) => random.Next(7) switch
    {
        0 or 1 or 2 => InsertAsync(cancellationToken),
        3 => AlterAsync($"DELETE WHERE id % {random.Next(3, 9)} = {random.Next(3)}", cancellationToken),
        4 => AlterAsync($"DELETE WHERE id BETWEEN {random.Next(rows)} AND {random.Next(rows)}", cancellationToken),
        5 => AddColumnAsync(cancellationToken),
        _ => RenameColumnAsync(cancellationToken),
    };

    private async Task<string> InsertAsync(CancellationToken cancellationToken)
    {
        int more = random.Next(1, MostRowsAtOnce);
        string values = string.Join(", ", columns.Select((column, i) =>
            column.Value.Replace("$h", $"cityHash64(number, {i})", StringComparison.Ordinal)));
        string select = $"SELECT {values} FROM numbers({rows}, {more})";
        rows += more;
        await server.QueryAsync($"INSERT INTO {Iceberg} {select} SETTINGS allow_insert_into_iceberg = 1", cancellationToken);
        await server.QueryAsync($"INSERT INTO {Own} {select}", cancellationToken);
        return $"{more} rows inserted";
    }

    private Task<string> AddColumnAsync(CancellationToken cancellationToken)
    {
        // Rows that are there get no other value from its writer than null.
        (string, string)[] nullable = [.. Types.Where(type => type.Type.StartsWith("Nullable", StringComparison.Ordinal))];
        (string Name, string Type, string Value) column = NewColumn(nullable[random.Next(nullable.Length)]);
        columns.Add(column);
        return AlterAsync($"ADD COLUMN {column.Name} {column.Type}", cancellationToken);
    }

    private Task<string> RenameColumnAsync(CancellationToken cancellationToken)
    {
        int i = random.Next(2, columns.Count);
        (string old, string type, string value) = columns[i];
        columns[i] = NewColumn((type, value));
        return AlterAsync($"RENAME COLUMN {old} TO {columns[i].Name}", cancellationToken);
    }

    private async Task<string> AlterAsync(string change, CancellationToken cancellationToken)
    {
        await server.QueryAsync($"ALTER TABLE {Iceberg} {change} SETTINGS allow_insert_into_iceberg = 1, {DeleteSettings}", cancellationToken);
        await server.QueryAsync($"ALTER TABLE {Own} {change} SETTINGS mutations_sync = 2", cancellationToken);
        return change;
    }

    private (string Name, string Type, string Value) NewColumn((string Type, string Value) type) =>
        (string.Create(CultureInfo.InvariantCulture, $"c{names++}"), type.Type, type.Value);
}
