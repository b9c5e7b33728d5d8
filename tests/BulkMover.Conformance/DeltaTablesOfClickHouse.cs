using System.Globalization;
using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Testing.Canon;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Delta tables that the embedded ClickHouse has written, with delta-kernel-rs: it appends to a table whose first commit is there.</summary>
public sealed class DeltaTablesOfClickHouse(ClickHouseServerFixture server)
{
    private const int RowsOfInsert = 40, Inserts = 3;

    // Each expression has exactly the column's type: the writer does not convert, and files of another type are refused.
    private static readonly (string Name, string Type, string Sql, Func<long, string> Value)[] Columns =
    [
        ("id", "long", "toInt64(number)", number => $"{number}"),
        ("name", "string", "if(number % 7 = 0, NULL, 'é/%= ' || toString(number))", number => number % 7 == 0 ? "null" : $"\"é/%= {number}\""),
        ("half", "double", "if(number % 5 = 0, NULL, number / 2)", number => number % 5 == 0 ? "null" : (number / 2.0).ToString("0.0", CultureInfo.InvariantCulture)),
        ("day", "date", "toDate32('1969-12-30') + number", number => $"\"{new DateTime(1969, 12, 30).AddDays(number):yyyy-MM-dd}\""),
        ("at", "timestamp", "toDateTime64(number, 6, 'UTC') + toIntervalMicrosecond(number)",
            number => $"\"{DateTime.UnixEpoch.AddSeconds(number).AddMicroseconds(number):yyyy-MM-ddTHH:mm:ss.ffffff}Z\""),
        ("price", "decimal(10,2)", "CAST(number, 'Decimal(10, 2)')", number => $"\"{number}.00\""),
        ("flag", "boolean", "CAST(if(number % 3 = 0, NULL, number % 2 = 0), 'Nullable(Bool)')", number => number % 3 == 0 ? "null" : number % 2 == 0 ? "true" : "false"),
        ("part", "string", "'p ' || toString(number % 3)", number => $"\"p {number % 3}\""),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_TableThatClickHouseAppendedTo_HoldsItsRows(bool isPartitioned)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        string table = Path.Combine(server.FilesDirectory, $"delta_{isPartitioned}");
        WriteFirstCommit(table, isPartitioned);
        for (int insert = 0; insert < Inserts; insert++)
        {
            string select = string.Join(", ", Columns.Select(column => $"{column.Sql} AS {column.Name}"));
            await server.QueryAsync(
                $"INSERT INTO FUNCTION deltaLakeLocal('{table}') SETTINGS allow_delta_lake_writes = 1 SELECT {select} FROM numbers({insert * RowsOfInsert}, {RowsOfInsert})",
                stopping);
        }

        Source source = await SourceOpener.OpenAsync($"delta:{table}", stopping);
        for (int version = 0; version <= Inserts; version++)
        {
            ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync($"{version}", stopping);
            Assert.Null((await ReadAsync(source, snapshot, stopping)).DifferenceFrom(Expected(version * RowsOfInsert)));
        }
    }

    private static async Task<CanonRows> ReadAsync(Source source, ITableSnapshot snapshot, CancellationToken stopping)
    {
        var canon = new CanonWriter();
        var rows = new CanonRows();
        await foreach (RecordBatch batch in ForeignTable.BatchesAsync(source, snapshot, new Scan(snapshot, null, null), stopping))
        {
            using (batch)
            {
                foreach (string line in canon.Lines(batch))
                    rows.Add(line);
            }
        }

        return rows;
    }

    private static CanonRows Expected(int count)
    {
        var rows = new CanonRows();
        for (long number = 0; number < count; number++)
            rows.Add($"{{{string.Join(',', Columns.Select(column => $"\"{column.Name}\":{column.Value(number)}"))}}}");
        return rows;
    }

    private static void WriteFirstCommit(string table, bool isPartitioned)
    {
        string fields = string.Join(',', Columns.Select(column => $$$"""{\"name\":\"{{{column.Name}}}\",\"type\":\"{{{column.Type}}}\",\"nullable\":true,\"metadata\":{}}"""));
        Directory.CreateDirectory(Path.Combine(table, "_delta_log"));
        File.WriteAllLines(Path.Combine(table, "_delta_log", "00000000000000000000.json"),
        [
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""",
            $$$"""{"metaData":{"id":"11111111-1111-1111-1111-111111111111","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{{{fields}}}]}","partitionColumns":[{{{(isPartitioned ? "\"part\"" : "")}}}],"configuration":{},"createdTime":0}}""",
        ]);
    }
}
