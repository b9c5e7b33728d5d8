using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Tables that ClickHouse itself wrote, copied back into it by the built command and compared by its own queries.</summary>
public sealed class CopyTests(ClickHouseServerFixture server)
{
    private const string ThreeRows = "SELECT toInt32(number) AS id, concat('n', toString(number)) AS name, toDate32('2026-01-01') + number AS day FROM numbers(3)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copy_ParquetFile_ArrivesRowByRow()
    {
        (string source, string database) = await NewSourceAsync("trips.parquet", ThreeRows);

        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, "trips"), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        JsonElement finished = result.Events[^1];
        Assert.Equal("finished", finished.GetProperty("event").GetString());
        Assert.Equal(3, finished.GetProperty("rows").GetInt64());
        Assert.True(finished.GetProperty("bytes").GetInt64() > 0);
        Assert.Equal("0\tn0\t2026-01-01\n1\tn1\t2026-01-02\n2\tn2\t2026-01-03\n",
            await server.QueryAsync($"SELECT * FROM {database}.trips ORDER BY id", Token));
    }

    [Fact]
    public async Task Copy_CompressedOnTheWire_ArrivesAsItIsInFewerBytes()
    {
        (string source, string database) = await NewSourceAsync("wire.parquet", "SELECT number AS id, concat('name ', toString(number)) AS name FROM numbers(300000)");
        var sent = new List<long>();
        foreach (string compression in (string[])["none", "zstd"])
        {
            CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, compression), "--wire-compression", compression, "--output", "json");
            Assert.True(result.ExitCode == 0, result.ToString());
            sent.Add(result.Events[^1].GetProperty("bytes").GetInt64());
        }

        Assert.InRange(sent[1], 1, sent[0] / 2);
        Assert.Equal("300000\t300000\t300000\n", await server.QueryAsync(
            $"SELECT count(), uniqExact(id), countIf(name = concat('name ', toString(id))) FROM {database}.zstd", Token));
    }

    [Fact]
    public async Task Copy_TableHasRows_CreateRefusesAppendAddsReplaceSwaps()
    {
        (string source, string database) = await NewSourceAsync("modes.parquet", ThreeRows);
        string to = server.Address(database, "t");
        Assert.Equal(0, (await Command.RunAsync("copy", $"parquet:{source}", to)).ExitCode);

        CommandResult again = await Command.RunAsync("copy", $"parquet:{source}", to, "--columns", "id");
        Assert.True(again.ExitCode == 2, again.ToString());
        Assert.Contains("append", again.Error);
        Assert.Contains("replace", again.Error);
        Assert.Equal("3\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));

        Assert.Equal(0, (await Command.RunAsync("copy", $"parquet:{source}", to, "--mode", "append")).ExitCode);
        Assert.Equal("6\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));

        Assert.Equal(0, (await Command.RunAsync("copy", $"parquet:{source}", to, "--mode", "replace", "--where", "id > 0")).ExitCode);
        Assert.Equal("2\t3\n", await server.QueryAsync($"SELECT count(), sum(id) FROM {database}.t", Token));
        Assert.Equal("__bulkmover_ledger\nt\n", await server.QueryAsync($"SELECT name FROM system.tables WHERE database = '{database}' ORDER BY name", Token));
    }

    [Fact]
    public async Task Copy_CompleteAlready_SaysSoAndMovesNothingUntilItIsToldToRestart()
    {
        (string source, string database) = await NewSourceAsync("complete.parquet", ThreeRows);
        string[] copy = ["copy", $"parquet:{source}", server.Address(database, "t"), "--mode", "append", "--output", "json"];
        Assert.Equal(0, (await Command.RunAsync(copy)).ExitCode);

        CommandResult again = await Command.RunAsync(copy);
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal((3, 3, 0), (again.Events[^1].GetProperty("rows").GetInt64(), again.Events[^1].GetProperty("skipped").GetInt64(), again.Events[^1].GetProperty("bytes").GetInt64()));
        Assert.Contains("--restart", again.Events[^1].GetProperty("bottleneck").GetString());
        Assert.Equal("3\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));

        Assert.Equal(0, (await Command.RunAsync([.. copy, "--restart"])).ExitCode);
        Assert.Equal("6\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));

        CommandResult transfers = await Command.RunAsync("transfers", server.Address(database, "t"), "--output", "json");
        Assert.Equal((0, true, "append", 3), (transfers.ExitCode, transfers.Events[0].GetProperty("complete").GetBoolean(),
            transfers.Events[0].GetProperty("mode").GetString(), transfers.Events[0].GetProperty("rows").GetInt64()));
        Assert.Equal(3, transfers.Events[0].GetProperty("sourceRows").GetInt64());
        CommandResult unknown = await Command.RunAsync("discard", server.Address(database, "t"), "0123456789abcdef");
        Assert.True(unknown.ExitCode == 2, unknown.ToString());
        Assert.Contains("clickhouse.transfer_unknown", unknown.Error);
    }

    [Fact]
    public async Task Copy_ColumnsAndWhere_TakesOnlyThose()
    {
        (string source, string database) = await NewSourceAsync("filter.parquet",
            "SELECT number AS id, number % 7 AS week, toString(number) AS name FROM numbers(1000)");

        CommandResult result = await Command.RunAsync(
            "copy", $"parquet:{source}", server.Address(database, "t"), "--columns", "name", "--where", "week in (1, 3) and id between 100 and 199");

        Assert.True(result.ExitCode == 0, result.ToString());
        string expected = await server.QueryAsync(
            "SELECT count(), sum(cityHash64(toString(number))) FROM numbers(1000) WHERE number % 7 IN (1, 3) AND number BETWEEN 100 AND 199", Token);
        Assert.Equal(expected, await server.QueryAsync($"SELECT count(), sum(cityHash64(name)) FROM {database}.t", Token));
        Assert.Equal("name\n", await server.QueryAsync($"SELECT name FROM system.columns WHERE database = '{database}' AND table = 't'", Token));
    }

    [Theory]
    [InlineData("Parquet")]
    [InlineData("Avro")]
    public async Task Copy_IcebergTableOfAnotherEngine_IsEqualToIt(string format)
    {
        string database = await server.NewDatabaseAsync(Token);
        string path = Path.Combine(server.FilesDirectory, $"{database}_iceberg");
        await server.QueryAsync(
            $"CREATE TABLE {database}.source (id Int64, name Nullable(String), price Float64, day Date) ENGINE = IcebergLocal('{path}/', '{format}')", Token);
        await server.QueryAsync($"INSERT INTO {database}.source SELECT number, if(number % 3 = 0, NULL, toString(number)), number / 7, "
            + "toDate('2020-01-01') + number % 1000 FROM numbers(20000) SETTINGS allow_insert_into_iceberg = 1", Token);

        CommandResult result = await Command.RunAsync("copy", $"iceberg:{path}", server.Address(database, "copied"), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        const string Sums = "count(), sum(id), countIf(name IS NULL), sum(cityHash64(name)), sum(price), sum(toInt32(day))";
        Assert.Equal(await server.QueryAsync($"SELECT {Sums} FROM {database}.source", Token),
            await server.QueryAsync($"SELECT {Sums} FROM {database}.copied", Token));
    }

    [Fact]
    public async Task Copy_DeltaTable_FillsPartitionColumns()
    {
        (string file, string database) = await NewSourceAsync("delta/part-0.parquet", "SELECT toInt64(number) AS id FROM numbers(10)");
        string table = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(Path.Combine(table, "_delta_log"));
        const string Schema = """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"day","type":"date","nullable":true,"metadata":{}}]}""";
        await File.WriteAllLinesAsync(Path.Combine(table, "_delta_log", "00000000000000000000.json"),
        [
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""",
            $$$$"""{"metaData":{"id":"1","format":{"provider":"parquet","options":{}},"schemaString":{{{{JsonSerializer.Serialize(Schema)}}}},"partitionColumns":["day"],"configuration":{}}}""",
            $$$$"""{"add":{"path":"part-0.parquet","partitionValues":{"day":"2026-02-28"},"size":{{{{new FileInfo(file).Length}}}},"modificationTime":0,"dataChange":true}}""",
        ], Token);

        CommandResult result = await Command.RunAsync("copy", $"delta:{table}", server.Address(database, "t"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("10\t45\t2026-02-28\n", await server.QueryAsync($"SELECT count(), sum(id), any(day) FROM {database}.t", Token));
    }

    [Fact]
    public async Task Copy_EmptyTable_MakesAnEmptyTable()
    {
        (string source, string database) = await NewSourceAsync("empty.parquet", "SELECT number AS id FROM numbers(0)");

        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, "t"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("0\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    [Fact]
    public async Task Copy_HostileNames_ArriveAsTheyAre()
    {
        (string source, string database) = await NewSourceAsync("a b'%`.parquet", "SELECT 1 AS `wei\"rd `, 2 AS `spalte ü.x`");

        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, Uri.EscapeDataString("ta`ble 'x'")));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("wei\"rd \nspalte ü.x\n", await server.QueryAsync(
            $"SELECT name FROM system.columns WHERE database = '{database}' AND table = 'ta`ble \\'x\\'' ORDER BY position FORMAT TSVRaw", Token));
    }

    [Fact]
    public async Task Copy_DryRun_ChangesNothing()
    {
        (string source, string database) = await NewSourceAsync("dry.parquet", ThreeRows);

        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, "t"), "--dry-run");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("CREATE TABLE", result.Output);
        Assert.Equal("", await server.QueryAsync($"SELECT name FROM system.tables WHERE database = '{database}'", Token));
    }

    [Fact]
    public async Task Copy_SourceFileIsCutOff_FailsAndShowsNoTable()
    {
        (string source, string database) = await NewSourceAsync("cut.parquet", "SELECT number, toString(cityHash64(number)) AS s FROM numbers(100000)");
        await using (FileStream file = File.OpenWrite(source))
            file.SetLength(file.Length / 2);

        CommandResult result = await Command.RunAsync("copy", $"parquet:{source}", server.Address(database, "t"), "--output", "json");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("source", result.Event("failed").GetProperty("side").GetString());
        Assert.Equal("", await server.QueryAsync($"SELECT name FROM system.tables WHERE database = '{database}'", Token));
    }

    [Fact]
    public async Task Copy_ValueHasNoEqual_FailsAndShowsNoTable()
    {
        string database = await server.NewDatabaseAsync(Token);
        string table = Path.Combine(server.FilesDirectory, database);
        await server.QueryAsync($"INSERT INTO FUNCTION file('{table}.parquet') SELECT toInt32(number) AS a, [1, 2] AS b FROM numbers(3)", Token);
        await server.QueryAsync($"CREATE TABLE {database}.t (a Int8, b Array(UInt8)) ENGINE = MergeTree ORDER BY ()", Token);

        CommandResult result = await Command.RunAsync("copy", $"parquet:{table}.parquet", server.Address(database, "t"), "--mode", "append");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("Int8", result.Error);
        Assert.Equal("0\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    [Fact]
    public async Task Copy_Interrupted_StopsWithinSecondsAndShowsNoTable()
    {
        (string source, string database) = await NewSourceAsync("long.parquet",
            "SELECT number, cityHash64(number) AS a, toString(cityHash64(number, 1)) AS b, rand64() AS c FROM numbers(8000000)");
        using System.Diagnostics.Process copy = Command.Start([], "copy", $"parquet:{source}", server.Address(database, "t"), "--output", "json");
        while (await copy.StandardOutput.ReadLineAsync(Token) is { } line && !line.Contains("planned", StringComparison.Ordinal))
            Assert.False(copy.HasExited);
        await Task.Delay(TimeSpan.FromMilliseconds(200), Token);

        var stopping = System.Diagnostics.Stopwatch.StartNew();
        using (System.Diagnostics.Process interrupt = System.Diagnostics.Process.Start("kill", ["-INT", $"{copy.Id}"]))
            await interrupt.WaitForExitAsync(Token);
        CommandResult result = await Command.FinishAsync(copy);

        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.Contains("The same command goes on with it.", result.Error);
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(10), $"It took {stopping.Elapsed} to stop.");
        Assert.Equal("", await server.QueryAsync($"SELECT name FROM system.tables WHERE database = '{database}' AND name != '__bulkmover_ledger'", Token));
    }

    private async Task<(string Source, string Database)> NewSourceAsync(string file, string select) =>
        (await server.WriteFileAsync(file, select, Token), await server.NewDatabaseAsync(Token));
}
