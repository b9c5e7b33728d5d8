using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>A source whose owners write, tidy and delete while a copy of it is under way.</summary>
public sealed class TableMovesOnTests(ClickHouseServerFixture server)
{
    private const int Files = 24;

    private const int FileRows = 100;

    private const string Schema = """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}}]}""";

    private static readonly string[] State =
    [
        """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""",
        $$$$"""{"metaData":{"id":"1","format":{"provider":"parquet","options":{}},"schemaString":{{{{JsonSerializer.Serialize(Schema)}}}},"partitionColumns":[],"configuration":{}}}""",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Delta PROTOCOL.md, "Checkpoints": the same version in one file, whose order and statistics are its writer's.</summary>
    [Fact]
    public async Task Copy_ALogCheckpointWasWrittenSinceItStopped_MovesOnlyWhatIsMissing()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        long arrived = await StopAsync(table, copy);

        string log = Path.Combine(table, "_delta_log");
        List<string> actions = [.. Enumerable.Range(0, Files).SelectMany(version => File.ReadAllLines(Commit(log, version)))];
        string[] adds = [.. actions.Where(action => action.StartsWith("""{"add":""", StringComparison.Ordinal)).Select(WithoutStatistics).Reverse()];
        await File.WriteAllLinesAsync(Path.Combine(log, $"{Files - 1:D20}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"),
            ["""{"checkpointMetadata":{"version":23}}""", .. actions.Where(action => !action.StartsWith("""{"add":""", StringComparison.Ordinal)), .. adds], Token);
        CommandResult result = await Command.RunAsync(copy);

        Assert.True(result.ExitCode == 0, result.ToString());
        long skipped = result.Events[^1].GetProperty("skipped").GetInt64();
        // One more may have been on its way into the staging table, and is brought there first.
        Assert.InRange(skipped, arrived, arrived + FileRows);
        Assert.Equal($"{Files * FileRows}\t{Files * FileRows}\n", await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {database}.t", Token));
    }

    /// <summary>As VACUUM and the log's clean-up do when later versions have checkpoints.</summary>
    [Fact]
    public async Task Copy_TheVersionWasCleanedUpSinceItStopped_SaysSoAndBeginsAgainWhenItIsTold()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        await StopAsync(table, copy);

        string log = Path.Combine(table, "_delta_log");
        string[] state = [.. File.ReadAllLines(Commit(log, 0)).Take(2)];
        string only = AddOf("part-0.parquet", new FileInfo(Path.Combine(table, "part-0.parquet")).Length);
        await File.WriteAllLinesAsync(Path.Combine(log, $"{Files:D20}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"),
            ["""{"checkpointMetadata":{"version":24}}""", .. state, only], Token);
        for (int version = 0; version < Files; version++)
            File.Delete(Commit(log, version));

        CommandResult refused = await Command.RunAsync(copy);
        Assert.True(refused.ExitCode == 2, refused.ToString());
        JsonElement failed = refused.Event("failed");
        Assert.Equal("copy.snapshot_expired", failed.GetProperty("code").GetString());
        foreach (string word in (string[])["snapshot 23", "rows have arrived", "cleaned up", "--restart"])
            Assert.Contains(word, failed.GetProperty("message").GetString(), StringComparison.Ordinal);

        // Files that have arrived are not part of the table any more, and nothing changes by asking for it.
        for (int time = 0; time < 2; time++)
        {
            CommandResult latest = await Command.RunAsync([.. copy, "--snapshot", "latest"]);
            Assert.True(latest.ExitCode == 2, latest.ToString());
            Assert.Equal("copy.files_gone", latest.Event("failed").GetProperty("code").GetString());
        }

        CommandResult restarted = await Command.RunAsync([.. copy, "--restart"]);
        Assert.True(restarted.ExitCode == 0, restarted.ToString());
        Assert.Equal($"{FileRows}\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    [Fact]
    public async Task Copy_ToldToTakeTheLatestSnapshot_KeepsWhatHasArrivedAndBringsTheDifference()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        long arrived = await StopAsync(table, copy);
        await AddFileAsync(table, Files, []);

        CommandResult planned = await Command.RunAsync(["plan", .. copy[1..3], "--snapshot", "latest", "--output", "json"]);
        Assert.True(planned.ExitCode == 0, planned.ToString());
        CommandResult result = await Command.RunAsync([.. copy, "--snapshot", "latest", "--verify"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.InRange(result.Events[^1].GetProperty("skipped").GetInt64(), arrived, arrived + FileRows);
        string count = $"{(Files + 1) * FileRows}\t{(Files + 1) * FileRows}\n";
        Assert.Equal(count, await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {database}.t", Token));

        CommandResult again = await Command.RunAsync(copy);
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Equal(0, again.Events[^1].GetProperty("bytes").GetInt64());
        CommandResult verified = await Command.RunAsync("verify", copy[1], copy[2]);
        Assert.True(verified.ExitCode == 0, verified.ToString());

        // The older version is another copy again, though its transfer has gone on to the newer one.
        await server.QueryAsync($"DROP TABLE {database}.t SYNC", Token);
        File.Delete(Commit(Path.Combine(table, "_delta_log"), Files));
        CommandResult older = await Command.RunAsync(copy);
        Assert.True(older.ExitCode == 0, older.ToString());
        Assert.Equal($"{Files * FileRows}\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    /// <summary>PROTOCOL.md, "Deletion Vectors": the file stays, and some of its rows are gone.</summary>
    [Fact]
    public async Task Copy_RowsThatHaveArrivedWereDeletedSince_TheLatestSnapshotIsRefusedAndTheOldOneGoesOn()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        await StopAsync(table, copy);
        // The newest commit is planned first, so its rows have arrived. The vector is of the protocol's example of an inline one.
        string path = $"part-{Files - 1}.parquet";
        string add = AddOf(path, new FileInfo(Path.Combine(table, path)).Length);
        string vector = """{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6}""";
        await File.WriteAllLinesAsync(Commit(Path.Combine(table, "_delta_log"), Files),
            [
                """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""",
                $$$"""{"remove":{"path":"{{{path}}}","dataChange":true,"deletionTimestamp":0}}""",
                add.Replace("\"dataChange\":true", $"\"deletionVector\":{vector},\"dataChange\":true", StringComparison.Ordinal),
            ], Token);

        CommandResult latest = await Command.RunAsync([.. copy, "--snapshot", "latest"]);
        Assert.True(latest.ExitCode == 2, latest.ToString());
        Assert.Equal("copy.files_gone", latest.Event("failed").GetProperty("code").GetString());
        Assert.StartsWith("1 data files", latest.Event("failed").GetProperty("message").GetString(), StringComparison.Ordinal);

        CommandResult pinned = await Command.RunAsync(copy);
        Assert.True(pinned.ExitCode == 0, pinned.ToString());
        Assert.Equal($"{Files * FileRows}\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    /// <summary>What is left then is the target's affair: nobody may need the source for it.</summary>
    [Theory]
    [InlineData("create")]
    [InlineData("append")]
    [InlineData("replace")]
    public async Task Copy_WasKilledWhileItShowedItsRowsAndTheTableIsGone_IsBroughtToItsEnd(string mode)
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        copy = [.. copy, "--mode", mode];
        if (mode != "create")
            await server.QueryAsync($"CREATE TABLE {database}.t (id Int64) ENGINE = MergeTree ORDER BY id", Token);
        CommandResult first = await Command.RunAsync(copy);
        Assert.True(first.ExitCode == 0, first.ToString());
        // As after a kill before the last entry.
        await server.QueryAsync($"ALTER TABLE {database}.__bulkmover_ledger DELETE WHERE kind = 'completed' SETTINGS mutations_sync = 2", Token);
        Directory.Delete(table, recursive: true);

        CommandResult planned = await Command.RunAsync(["plan", .. copy[1..3], "--mode", mode, "--output", "json"]);
        Assert.True(planned.ExitCode == 2, planned.ToString());
        Assert.Contains("`copy` shows them without it", planned.Event("failed").GetProperty("message").GetString(), StringComparison.Ordinal);
        CommandResult end = await Command.RunAsync([.. copy, "--verify", .. mode == "replace" ? (string[])["--snapshot", "latest"] : []]);

        Assert.True(end.ExitCode == 0, end.ToString());
        JsonElement completed = end.Events[^1];
        Assert.Equal((Files * FileRows, Files * FileRows), (completed.GetProperty("rows").GetInt32(), completed.GetProperty("skipped").GetInt32()));
        Assert.Equal($"{Files * FileRows}\t{Files * FileRows}\n", await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {database}.t", Token));
        Assert.True(Assert.Single((await Command.RunAsync("transfers", copy[2], "--output", "json")).Events).GetProperty("complete").GetBoolean());
    }

    /// <summary>Versions of every Delta table begin with 0.</summary>
    [Fact]
    public async Task Copy_AnotherTableWasMadeInThePlaceOfTheOneThatWasCopied_IsNotTakenForIt()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        copy = [.. copy, "--mode", "replace"];
        CommandResult first = await Command.RunAsync(copy);
        Assert.True(first.ExitCode == 0, first.ToString());
        string log = Path.Combine(table, "_delta_log");
        string[] before = [.. Enumerable.Range(0, Files).SelectMany(version => File.ReadAllLines(Commit(log, version)))];
        for (int version = 0; version < Files; version++)
            await File.WriteAllLinesAsync(Commit(log, version), version == 0 ? [.. State.Select(action => action.Replace("\"id\":\"1\"", "\"id\":\"2\"", StringComparison.Ordinal)), before[2]] : [], Token);

        CommandResult verified = await Command.RunAsync(["verify", .. copy[1..3]]);
        Assert.True(verified.ExitCode == 4, verified.ToString());
        CommandResult second = await Command.RunAsync(copy);

        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Equal($"{FileRows}\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
        Assert.Equal(0, (await Command.RunAsync(["verify", .. copy[1..3]])).ExitCode);
    }

    /// <summary>The pinned version is as readable as before.</summary>
    [Fact]
    public async Task Copy_ALaterVersionCannotBeReadSinceItStopped_GoesOnWithItsOwn()
    {
        (string table, string database, string[] copy) = await PrepareAsync();
        await StopAsync(table, copy);
        await File.WriteAllLinesAsync(Commit(Path.Combine(table, "_delta_log"), Files),
            ["""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["fromTheFuture"],"writerFeatures":["fromTheFuture"]}}"""], Token);

        CommandResult latest = await Command.RunAsync([.. copy, "--snapshot", "latest"]);
        Assert.Contains("fromTheFuture", latest.Event("failed").GetProperty("message").GetString(), StringComparison.Ordinal);
        CommandResult result = await Command.RunAsync(copy);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal($"{Files * FileRows}\n", await server.QueryAsync($"SELECT count() FROM {database}.t", Token));
    }

    /// <summary>Iceberg spec, "Table Metadata": the current schema may be a later one than the current snapshot's.</summary>
    [Fact]
    public async Task Copy_AColumnWasAddedWithoutASnapshotSinceItStopped_GoesOnWithTheColumnsThatItBeganWith()
    {
        string database = await server.NewDatabaseAsync(Token);
        string path = Path.Combine(server.FilesDirectory, $"{database}_iceberg");
        await server.QueryAsync($"CREATE TABLE {database}.source (id Int64) ENGINE = IcebergLocal('{path}/', 'Parquet')", Token);
        for (int file = 0; file < Files; file++)
            await server.QueryAsync($"INSERT INTO {database}.source SELECT {file * FileRows} + number FROM numbers({FileRows}) SETTINGS allow_insert_into_iceberg = 1", Token);
        string[] copy = ["copy", $"iceberg:{path}", server.Address(database, "t"), "--readers", "1", "--chunk", "1B", "--output", "json"];
        // Amid the plan, whichever end it begins at.
        string amid = Directory.GetFiles(path, "*.parquet", SearchOption.AllDirectories).OrderBy(File.GetLastWriteTimeUtc).ElementAt(Files / 2);
        File.Move(amid, amid + ".gone");
        CommandResult stopped = await Command.RunAsync(copy);
        File.Move(amid + ".gone", amid);
        Assert.Contains("rows have arrived", stopped.Event("note").GetProperty("message").GetString(), StringComparison.Ordinal);

        AddColumn(Path.Combine(path, "metadata"));
        CommandResult result = await Command.RunAsync(copy);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(result.Events[^1].GetProperty("skipped").GetInt64() >= FileRows, result.ToString());
        Assert.Equal($"{Files * FileRows}\t{Files * FileRows}\n", await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {database}.t", Token));
        // A copy that begins now has it.
        CommandResult other = await Command.RunAsync("copy", copy[1], server.Address(database, "u"));
        Assert.True(other.ExitCode == 0, other.ToString());
        Assert.Equal("id,extra\n", await server.QueryAsync($"SELECT arrayStringConcat(groupArray(name), ',') FROM system.columns WHERE database = '{database}' AND table = 'u'", Token));
    }

    [Fact]
    public async Task Copy_ADataFileOfAnIcebergSnapshotIsGone_SaysWhichAndWhy()
    {
        string database = await server.NewDatabaseAsync(Token);
        string path = Path.Combine(server.FilesDirectory, $"{database}_iceberg");
        await server.QueryAsync($"CREATE TABLE {database}.source (id Int64) ENGINE = IcebergLocal('{path}/', 'Parquet')", Token);
        await server.QueryAsync($"INSERT INTO {database}.source SELECT number FROM numbers(10) SETTINGS allow_insert_into_iceberg = 1", Token);
        string file = Assert.Single(Directory.GetFiles(path, "*.parquet", SearchOption.AllDirectories));
        File.Delete(file);

        CommandResult result = await Command.RunAsync("copy", $"iceberg:{path}", server.Address(database, "t"), "--output", "json");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("iceberg.file_gone", result.Event("failed").GetProperty("code").GetString());
        Assert.Contains(Path.GetFileName(file), result.Event("failed").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_TheTableKeepsFilesShorterThanTheCopyTakes_WarnsInItsNotes()
    {
        (string table, string _, string[] _) = await PrepareAsync();
        string commit = Commit(Path.Combine(table, "_delta_log"), 0);
        string text = (await File.ReadAllTextAsync(commit, Token)).Replace(
            "\"configuration\":{}", "\"configuration\":{\"delta.deletedFileRetentionDuration\":\"interval 1 minute\"}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(commit, Regex.Replace(text, "\"size\":[0-9]+", "\"size\":1000000000000"), Token);

        CommandResult result = await Command.RunAsync("plan", $"delta:{table}", "--output", "json");

        Assert.Contains("delta.deletedFileRetentionDuration", Assert.Single(result.Event("planned").GetProperty("notes").EnumerateArray()).GetString());
    }

    /// <summary>A Delta table of a commit and a chunk for each file.</summary>
    private async Task<(string Table, string Database, string[] Copy)> PrepareAsync()
    {
        string database = await server.NewDatabaseAsync(Token);
        string table = Path.Combine(server.FilesDirectory, $"{database}_delta");
        string log = Path.Combine(table, "_delta_log");
        Directory.CreateDirectory(log);
        for (int file = 0; file < Files; file++)
            await AddFileAsync(table, file, file == 0 ? State : []);

        return (table, database, ["copy", $"delta:{table}", server.Address(database, "t"), "--readers", "1", "--chunk", "1B", "--output", "json"]);
    }

    private async Task AddFileAsync(string table, int file, string[] state)
    {
        string path = Path.Combine(table, $"part-{file}.parquet");
        await server.QueryAsync($"INSERT INTO FUNCTION file('{path}', 'Parquet') SELECT toInt64({file * FileRows} + number) AS id FROM numbers({FileRows})", Token);
        await File.WriteAllLinesAsync(Commit(Path.Combine(table, "_delta_log"), file), [.. state, AddOf(Path.GetFileName(path), new FileInfo(path).Length)], Token);
    }

    /// <summary>Has a copy fail behind some chunks for a data file that is gone for that moment; returns the rows that it says have arrived.</summary>
    private static async Task<long> StopAsync(string table, string[] copy)
    {
        // The plan begins with the newest commit.
        string last = Path.Combine(table, "part-0.parquet");
        File.Move(last, last + ".gone");
        CommandResult result = await Command.RunAsync(copy);
        File.Move(last + ".gone", last);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("delta.file_gone", result.Event("failed").GetProperty("code").GetString());
        Assert.Contains("part-0.parquet", result.Event("failed").GetProperty("message").GetString(), StringComparison.Ordinal);
        Match arrived = Regex.Match(result.Event("note").GetProperty("message").GetString()!, "^[0-9]+ chunks?, ([0-9,]+) rows have arrived.*--restart");
        long rows = long.Parse(arrived.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.InRange(rows, FileRows, (Files - 1) * FileRows);
        return rows;
    }

    private static string AddOf(string path, long bytes) =>
        $$$"""{"add":{"path":"{{{path}}}","partitionValues":{},"size":{{{bytes}}},"modificationTime":0,"dataChange":true,"stats":"{\"numRecords\":{{{FileRows}}}}"}}""";

    /// <summary>As an ALTER TABLE does: a version of the metadata with another current schema.</summary>
    private static void AddColumn(string directory)
    {
        (int version, string file) = Directory.GetFiles(directory, "v*.metadata.json")
            .Select(file => (Version: int.Parse(Regex.Match(Path.GetFileName(file), "^v([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture), File: file)).Max();
        JsonNode metadata = JsonNode.Parse(File.ReadAllText(file))!;
        JsonArray schemas = metadata["schemas"]!.AsArray();
        int column = metadata["last-column-id"]!.GetValue<int>() + 1, schema = schemas.Max(known => known!["schema-id"]!.GetValue<int>()) + 1;
        JsonNode later = schemas[^1]!.DeepClone();
        later["schema-id"] = schema;
        later["fields"]!.AsArray().Add(new JsonObject { ["id"] = column, ["name"] = "extra", ["required"] = false, ["type"] = "long" });
        schemas.Add(later);
        (metadata["current-schema-id"], metadata["last-column-id"]) = (schema, column);
        File.WriteAllText(Path.Combine(directory, $"v{version + 1}.metadata.json"), metadata.ToJsonString());
        string hint = Path.Combine(directory, "version-hint.text");
        if (File.Exists(hint))
            File.WriteAllText(hint, $"{version + 1}");
    }

    private static string WithoutStatistics(string action)
    {
        JsonNode node = JsonNode.Parse(action)!;
        node["add"]!.AsObject().Remove("stats");
        return node.ToJsonString();
    }

    private static string Commit(string log, int version) => Path.Combine(log, $"{version:D20}.json");
}
