using System.Text.Json;
using BulkMover.Testing.Azure;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.S3;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Files that ClickHouse wrote, copied by the built command into tables of files in each store, where ClickHouse reads them.</summary>
public sealed class LakeTargetTests(ClickHouseServerFixture server, CephServer s3, AzuriteServer azure) : IClassFixture<CephServer>, IClassFixture<AzuriteServer>
{
    private const int Rows = 3_000;

    private const int Files = 3;

    /// <summary>Columns that all formats have the types of, so that whole files fit.</summary>
    private const string Plain = "toInt64(number) AS id, if(number % 10 = 0, NULL, concat('é', toString(number))) AS name, number / 4 AS price, toDate32('1969-12-25') + number % 1000 AS day";

    private const string AllTypes = Plain + """
        , (number % 3 = 0)::Bool AS flag, toInt8(number % 200 - 100) AS tiny, toUInt16(number * 7) AS small, toUInt32(number * 1000000) AS middle, 18446744073709551615 - number AS big,
        toFloat32(number / 8) AS single, if(number % 100 = 0, nan, if(number % 100 = 1, -inf, -number / 7)) AS double, toDecimal32(number / 4 - 100, 2) AS money,
        toDecimal128(number, 10) * 1000000000000 AS wide, if(number % 7 = 0, NULL, repeat('🐘', number % 50)) AS text,
        toDateTime64('2024-02-29 12:00:00.123456', 6, 'UTC') + number * 1000 AS at, if(number % 5 = 0, NULL, toInt32(number)) AS perhaps, arrayMap(x -> if(x = 1, NULL, x + number)::Nullable(Int64), range(number % 4)) AS list,
        map('a', toInt64(number), toString(number), -1) AS pairs, (toInt64(number), toString(number))::Tuple(a Int64, b Nullable(String)) AS both
        """;

    private static readonly string[] ColumnsOfAllTypes =
        ["id", "name", "price", "day", "flag", "tiny", "small", "middle", "big", "single", "double", "money", "wide", "text", "at", "perhaps", "list", "pairs", "both"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> FormatsAndStores => new(
        from format in (string[])["parquet", "delta", "iceberg"] from store in (string[])["disk", "s3", "azure"] select (format, store));

    [Theory]
    [MemberData(nameof(FormatsAndStores))]
    public async Task Copy_CreateAppendReplace_AnotherEngineReadsEveryColumn(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string source = await WriteSourceAsync(AllTypes), files = $"file('{source}/*.parquet', Parquet)";
        string[] copy = ["copy", $"parquet:{source}", place.Address(format), "--output", "json", "--chunk", "10KiB"];

        Assert.Equal(Rows, (await DoneAsync(place, copy)).GetProperty("rows").GetInt64());
        await AssertSameAsync($"SELECT * FROM {files}", place.Table(format));

        Assert.Equal(500, (await DoneAsync(place, [.. copy, "--mode", "append", "--where", "id < 500"])).GetProperty("rows").GetInt64());
        await AssertSameAsync($"SELECT * FROM {files} UNION ALL SELECT * FROM {files} WHERE id < 500", place.Table(format));

        Assert.Equal(Rows - 100, (await DoneAsync(place, [.. copy, "--mode", "replace", "--where", "id >= 100"])).GetProperty("rows").GetInt64());
        await AssertSameAsync($"SELECT * FROM {files} WHERE id >= 100", place.Table(format));
    }

    [Theory]
    [InlineData("parquet", "s3")]
    [InlineData("delta", "azure")]
    [InlineData("iceberg", "disk")]
    public async Task Copy_CompleteAlready_SaysSoAndMovesNothing(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string source = await WriteSourceAsync(Plain);
        string[] copy = ["copy", $"parquet:{source}", place.Address(format), "--mode", "append", "--output", "json"];
        Assert.Equal(0, (await DoneAsync(place, copy)).GetProperty("skipped").GetInt64());
        SortedDictionary<string, string> before = await place.ListAsync(Token);

        JsonElement again = await DoneAsync(place, copy);

        Assert.Equal((Rows, Rows, 0, 0), (Number(again, "rows"), Number(again, "skipped"), Number(again, "bytes"), Number(again, "adoptedFiles")));
        Assert.Contains("--restart", again.GetProperty("bottleneck").GetString());
        Assert.Equal(before, await place.ListAsync(Token));
        CommandResult transfers = await RunAsync(place, "transfers", place.Address(format), "--output", "json");
        JsonElement listed = Assert.Single(transfers.Events);
        Assert.Equal((0, true, "append", Rows), (transfers.ExitCode, listed.GetProperty("complete").GetBoolean(), listed.GetProperty("mode").GetString(), Number(listed, "rows")));

        // A complete one is not gone on with, so all rows come once more.
        Assert.Equal(Rows, Number(await DoneAsync(place, [.. copy, "--restart"]), "rows"));
        Assert.Equal($"{2 * Rows}\t{Rows}\n", await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {place.Table(format)}", Token));
    }

    [Theory]
    [InlineData("parquet", "s3")]
    [InlineData("delta", "disk")]
    [InlineData("iceberg", "disk")]
    public async Task Copy_CompleteAndReplacedSince_BringsItsRowsAgain(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string source = await WriteSourceAsync(Plain), files = $"file('{source}/*.parquet', Parquet)";
        string[] copy = ["copy", $"parquet:{source}", place.Address(format), "--output", "json"];
        string[] low = [.. copy, "--mode", "replace", "--where", "id < 1000"], high = [.. copy, "--mode", "replace", "--where", "id >= 1000"], more = [.. copy, "--mode", "append", "--where", "id < 10"];

        await DoneAsync(place, low);
        await DoneAsync(place, more);
        await DoneAsync(place, high);
        await AssertSameAsync($"SELECT * FROM {files} WHERE id >= 1000", place.Table(format), "id", "name", "price", "day");
        Assert.Equal((10, 0), Moved(await DoneAsync(place, more)));
        await AssertSameAsync($"SELECT * FROM {files} WHERE id >= 1000 OR id < 10", place.Table(format), "id", "name", "price", "day");
        Assert.Equal((1000, 0), Moved(await DoneAsync(place, low)));
        await AssertSameAsync($"SELECT * FROM {files} WHERE id < 1000", place.Table(format), "id", "name", "price", "day");
        Assert.Equal((1000, 1000), Moved(await DoneAsync(place, low)));

        static (long Rows, long Skipped) Moved(JsonElement end) => (Number(end, "rows"), Number(end, "skipped"));
    }

    [Fact]
    public async Task Copy_BackToASnapshotThatWasCopiedBefore_HasItsRows()
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain), versions = place.Address("delta", "versions");
        await DoneAsync(place, "copy", $"parquet:{source}", versions, "--where", "id < 500", "--output", "json");
        await DoneAsync(place, "copy", $"parquet:{source}", versions, "--where", "id < 1500 and id >= 500", "--mode", "replace", "--output", "json");
        foreach ((string snapshot, string rows) in ((string, string)[])[("0", "500\t499\n"), ("1", "1000\t1499\n"), ("0", "500\t499\n")])
        {
            await DoneAsync(place, "copy", versions, place.Address("iceberg"), "--mode", "replace", "--snapshot", snapshot, "--output", "json");
            Assert.Equal(rows, await server.QueryAsync($"SELECT count(), max(id) FROM {place.Table("iceberg")}", Token));
        }
    }

    [Theory]
    [InlineData("parquet", "create", "--mode replace")]
    [InlineData("delta", "append", "--restart")]
    [InlineData("iceberg", "replace", "--restart")]
    public async Task Copy_CompleteAndItsTableIsGone_IsMadeAgainAndDoesWhatItSaysThen(string format, string mode, string next)
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain);
        string[] sides = ["copy", $"parquet:{source}", place.Address(format), "--output", "json"], copy = [.. sides, "--mode", mode];
        await DoneAsync(place, copy);
        foreach (string entry in Directory.GetFileSystemEntries(Path.Combine(place.Path, format)).Where(entry => !entry.EndsWith("_bulkmover", StringComparison.Ordinal)))
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
        }

        Assert.Equal(0, Number(await DoneAsync(place, copy), "skipped"));
        Assert.Equal($"{Rows}\n", await server.QueryAsync($"SELECT count() FROM {place.Table(format)}", Token));

        JsonElement again = await DoneAsync(place, copy);
        Assert.Equal(Rows, Number(again, "skipped"));
        Assert.Contains(next, again.GetProperty("bottleneck").GetString());
        CommandResult transfers = await RunAsync(place, "transfers", place.Address(format), "--output", "json");
        CommandResult discarded = await RunAsync(place, "discard", place.Address(format), Assert.Single(transfers.Events).GetProperty("transfer").GetString()!);
        Assert.True(discarded.ExitCode == 2, discarded.ToString());
        Assert.Contains("is complete, so nothing is left of it", discarded.Error);
        Assert.Equal(Rows, Number(await DoneAsync(place, [.. mode == "create" ? sides : copy, .. next.Split(' ')]), "rows"));
        Assert.Equal($"{(mode == "append" ? 2 * Rows : Rows)}\n", await server.QueryAsync($"SELECT count() FROM {place.Table(format)}", Token));
    }

    [Theory]
    [InlineData("parquet", "azure")]
    [InlineData("delta", "disk")]
    [InlineData("iceberg", "s3")]
    public async Task Copy_NotToBeDone_ChangesNothing(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string source = await WriteSourceAsync(Plain);
        string[] copy = ["copy", $"parquet:{source}", place.Address(format), "--output", "json"];

        // Into nothing: nothing is made.
        CommandResult dry = await RunAsync(place, [.. copy, "--dry-run"]);
        Assert.True(dry.ExitCode == 0, dry.ToString());
        Assert.Equal(Rows, Number(dry.Event("planned"), "rows"));
        Assert.Empty(await place.ListAsync(Token));

        await DoneAsync(place, copy);
        SortedDictionary<string, string> before = await place.ListAsync(Token);

        CommandResult refused = await RunAsync(place, [.. copy, "--where", "id > 5"]);
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("--mode append", refused.Event("failed").GetProperty("message").GetString());
        Assert.Equal(before, await place.ListAsync(Token));
        CommandResult plan = await RunAsync(place, "copy", $"parquet:{source}", place.Address(format), "--output", "json", "--mode", "replace", "--dry-run");
        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.Equal("replace", plan.Event("planned").GetProperty("mode").GetString());
        Assert.Equal(before, await place.ListAsync(Token));
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("delta")]
    [InlineData("iceberg")]
    public async Task Plan_OfFilesThatFit_ShowsColumnsAndThatAllAreAdopted(string format)
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain);

        CommandResult result = await RunAsync(place, "plan", $"parquet:{source}", place.Address(format), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        JsonElement planned = result.Event("planned");
        long bytes = Directory.GetFiles(source).Sum(file => new FileInfo(file).Length);
        Assert.Equal((Rows, Files, Files, bytes), (Number(planned, "rows"), Number(planned, "files"), Number(planned, "adoptableFiles"), Number(planned, "adoptableBytes")));
        Assert.Equal(["id", "name", "price", "day"], planned.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.NotEmpty(planned.GetProperty("steps").EnumerateArray());
        CommandResult text = await RunAsync(place, "plan", $"parquet:{source}", place.Address(format));
        Assert.Contains($"{Files} of them", text.Output);
        Assert.Empty(await place.ListAsync(Token));
    }

    /// <summary>In which bucket a file's rows are, metadata of files do not tell.</summary>
    [Fact]
    public async Task Plan_NoFileFits_SaysThatAllAreDecodedAsTheyThenAre()
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain);
        string[] sides = [$"parquet:{source}", place.Address("iceberg"), "--partition-by", "bucket(4, id)"];

        CommandResult plan = await RunAsync(place, ["plan", .. sides]);

        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.Contains("none of them may be copied as they are", plan.Output);
        Assert.Equal(0, Number(await DoneAsync(place, ["copy", .. sides, "--output", "json"]), "adoptedFiles"));
    }

    [Theory]
    [InlineData("parquet", "s3")]
    [InlineData("delta", "s3")]
    [InlineData("iceberg", "s3")]
    [InlineData("delta", "azure")]
    [InlineData("parquet", "disk")]
    public async Task Copy_WithinTheStore_AdoptsWholeFilesOrDecodesAsToldTo(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string files = await WriteSourceAsync(Plain), source = place.Address("parquet", "files");
        await PutAsync(store, place, files);
        long bytes = Directory.GetFiles(files).Sum(file => new FileInfo(file).Length);

        JsonElement adopted = await DoneAsync(place, "copy", source, place.Address(format), "--adopt", "require", "--output", "json");

        Assert.Equal((Rows, Files, bytes, 0), (Number(adopted, "rows"), Number(adopted, "adoptedFiles"), Number(adopted, "adoptedBytes"), Number(adopted, "bytes")));
        await AssertSameAsync($"SELECT * FROM file('{files}/*.parquet', Parquet)", place.Table(format), "id", "name", "price", "day");

        JsonElement decoded = await DoneAsync(place, "copy", source, place.Address(format), "--adopt", "never", "--mode", "replace", "--output", "json");

        Assert.Equal((Rows, 0, 0), (Number(decoded, "rows"), Number(decoded, "adoptedFiles"), Number(decoded, "adoptedBytes")));
        Assert.True(Number(decoded, "bytes") > 0);
        await AssertSameAsync($"SELECT * FROM file('{files}/*.parquet', Parquet)", place.Table(format), "id", "name", "price", "day");
    }

    [Theory]
    [InlineData(0, "--compression", "gzip")]
    [InlineData(0, "--file-size", "1MiB")]
    [InlineData(Files, "--compression", "gzip", "--adopt", "auto")]
    public async Task Copy_SaysHowFilesAreWritten_AdoptsOnlyWhenToldTo(int adopted, params string[] options)
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain);

        Assert.Equal(adopted, Number(await DoneAsync(place, ["copy", $"parquet:{source}", place.Address("delta"), "--output", "json", .. options]), "adoptedFiles"));
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("delta")]
    [InlineData("iceberg")]
    public async Task Copy_AppendedAgainWithoutTheLedger_KeepsTheRowsThatWereThere(string format)
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(Plain);
        string[] copy = ["copy", $"parquet:{source}", place.Address(format), "--mode", "append", "--output", "json"];
        await DoneAsync(place, copy);
        Directory.Delete(Path.Combine(place.Path, format, "_bulkmover"), recursive: true);

        Assert.Equal(Rows, Number(await DoneAsync(place, copy), "rows"));

        Assert.Equal($"{2 * Rows}\t{Rows}\n", await server.QueryAsync($"SELECT count(), uniqExact(id) FROM {place.Table(format)}", Token));
    }

    [Theory]
    [InlineData("delta")]
    [InlineData("iceberg")]
    public async Task Copy_HasToAdoptWhatDoesNotFit_EndsWithTwoAndShowsNoTable(string format)
    {
        LakePlace place = await NewPlaceAsync("disk");
        string source = await WriteSourceAsync(AllTypes);

        CommandResult result = await RunAsync(place, "copy", $"parquet:{source}", place.Address(format), "--adopt", "require", "--output", "json");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("lake.not_adoptable", result.Event("failed").GetProperty("code").GetString());
        Assert.DoesNotContain(await place.FilesAsync(format, Token), file => file.Key.StartsWith("_delta_log", StringComparison.Ordinal) || file.Key.StartsWith("metadata", StringComparison.Ordinal));
    }

    private async Task<LakePlace> NewPlaceAsync(string store) => store switch
    {
        "s3" => await LakePlace.InS3Async(s3, Token),
        "azure" => await LakePlace.InAzureAsync(azure, Token),
        _ => LakePlace.NewOnDisk(server),
    };

    /// <summary>Puts files below <c>files</c> of a place.</summary>
    private async Task PutAsync(string store, LakePlace place, string directory)
    {
        string root = place.Path.TrimStart('/');
        if (store == "s3")
            await s3.PutDirectoryAsync(root, "files", directory, Token);
        else if (store == "azure")
            await azure.PutDirectoryAsync(root, "files", directory, Token);
        else
            CopyFiles(directory, Path.Combine(place.Path, "files"));
    }

    private static void CopyFiles(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <returns>A directory of several files.</returns>
    private async Task<string> WriteSourceAsync(string columns)
    {
        string directory = Path.Combine(server.FilesDirectory, $"source-{Guid.NewGuid():N}");
        await server.QueryAsync(
            $"INSERT INTO FUNCTION file('{directory}/{{_partition_id}}.parquet', Parquet) PARTITION BY intDiv(id, {Rows / Files}) SELECT {columns} FROM numbers({Rows})", Token);
        return directory;
    }

    private Task AssertSameAsync(string rows, string table) => AssertSameAsync(rows, table, ColumnsOfAllTypes);

    /// <summary>As many rows, and the same values in every column, by ClickHouse.</summary>
    private async Task AssertSameAsync(string rows, string table, params string[] columns)
    {
        // By row, so that values of one do not change with those of another.
        string sums = string.Join(", ", columns.Select(column => $"countIf(`{column}` IS NULL), sum(cityHash64(id, ifNull(toString(`{column}`), 'null')))"));
        string settings = "SETTINGS session_timezone = 'UTC', output_format_tsv_crlf_end_of_line = 0";
        string expected = await server.QueryAsync($"SELECT count(), sum(id), {sums} FROM ({rows}) {settings}", Token);
        Assert.Equal(expected, await server.QueryAsync($"SELECT count(), sum(id), {sums} FROM {table} {settings}", Token));
    }

    private static long Number(JsonElement json, string property) => json.GetProperty(property).GetInt64();

    private static Task<CommandResult> RunAsync(LakePlace place, params string[] arguments) => Command.RunAsync(place.Environment, arguments);

    /// <returns>The event with which it finished.</returns>
    private static async Task<JsonElement> DoneAsync(LakePlace place, params string[] arguments)
    {
        CommandResult result = await RunAsync(place, arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Event("finished");
    }
}
