using System.Text.Json;
using BulkMover.Testing.Azure;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.S3;
using Xunit;
using static BulkMover.EndToEnd.ComparedFiles;

namespace BulkMover.EndToEnd;

/// <summary>Copies into tables of files in each store, compared by the built command with what they are of.</summary>
public sealed class LakeVerifyTests(ClickHouseServerFixture server, CephServer s3, AzuriteServer azure) : IClassFixture<CephServer>, IClassFixture<AzuriteServer>
{
    private readonly ComparedFiles files = new(server);

    private const string AllTypes = Plain + """
        , (number % 3 = 0)::Bool AS flag, toInt8(number % 200 - 100) AS tiny, toUInt16(number * 7) AS small, toUInt32(number * 1000000) AS middle, 18446744073709551615 - number AS big,
        toFloat32(number / 8) AS single, if(number % 100 = 0, nan, if(number % 100 = 1, -inf, -number / 7)) AS double, toDecimal128(number, 10) * 1000000000000 AS wide,
        if(number % 7 = 0, NULL, repeat('🐘', number % 50)) AS text, toDate32('1969-12-25') + number % 1000 AS day, toDateTime64('2024-02-29 12:00:00.123456', 6, 'UTC') + number * 1000 AS at,
        if(number % 5 = 0, NULL, toInt32(number)) AS perhaps, arrayMap(x -> if(x = 1, NULL, x + number)::Nullable(Int64), range(number % 4)) AS lists,
        map('a', toInt64(number), toString(number), -1) AS pairs, (toInt64(number), toString(number))::Tuple(a Int64, b Nullable(String)) AS both
        """;

    /// <summary>Texts of directories from which readers guess another type than was written.</summary>
    private const string Guessed = """
        toInt64(number) AS id, concat('00', toString(number % 3)) AS zeros, toString(number % 2) AS digits, toInt64(number % 2) AS long, (number % 2 = 0)::Bool AS flag,
        toDecimal64(number % 2, 2) AS money, toDate32('2024-02-28') + number % 2 AS day, if(number % 4 = 0, NULL, toUInt32(number % 4))::Nullable(UInt32) AS unsigned
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("parquet", "disk")]
    [InlineData("delta", "disk")]
    [InlineData("iceberg", "disk")]
    [InlineData("parquet", "azure")]
    [InlineData("delta", "s3")]
    [InlineData("iceberg", "s3")]
    public async Task Verify_AfterACopyOfAllTypes_IsEqualUntilRowsComeTwice(string format, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string source = await files.WriteAsync(AllTypes, files: 3);
        string[] both = [$"parquet:{source}", place.Address(format)];
        await DoneAsync(place, ["copy", .. both, "--chunk", "10KiB", "--adopt", "never"]);

        JsonElement equal = await DoneAsync(place, ["verify", .. both]);
        Assert.Equal((true, Rows, Rows), (equal.GetProperty("verified").GetBoolean(), equal.GetProperty("rows").GetInt32(), equal.GetProperty("targetRows").GetInt32()));
        await DifferentAsync(place, ["verify", .. both, "--where", "id >= 1"]);

        await DoneAsync(place, ["copy", .. both, "--mode", "append", "--where", "id = 7"]);
        CommandResult twice = await DifferentAsync(place, ["verify", .. both]);
        Assert.Equal((Rows, Rows + 1), (Number(twice.Event("difference"), "rows"), Number(twice.Event("difference"), "targetRows")));
        JsonElement file = twice.Event("file");
        Assert.Equal(("target", 1), (file.GetProperty("onlyIn").GetString(), Number(file, "rows")));
    }

    /// <summary>What was copied of it is one version, and neither later rows nor other columns are asked for.</summary>
    [Theory]
    [InlineData("delta", "iceberg")]
    [InlineData("iceberg", "parquet")]
    public async Task Verify_OptionsOfTheCopy_SelectOfTheSource(string format, string copyFormat)
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain), table = place.Address(format), copy = place.Address(copyFormat, "copy");
        await DoneAsync(place, "copy", $"parquet:{source}", table);
        string snapshot = await SnapshotAsync(table);
        await DoneAsync(place, "copy", $"parquet:{source}", table, "--mode", "append", "--where", "id < 100");
        string[] some = [table, copy, "--snapshot", snapshot, "--columns", "name,id", "--where", "id between 10 and 500"];
        await DoneAsync(place, ["copy", .. some]);

        await DoneAsync(place, ["verify", .. some]);
        await DifferentAsync(place, ["verify", table, copy, "--columns", "name,id", "--where", "id between 10 and 500"]);
        CommandResult lacking = await Command.RunAsync("verify", table, copy, "--output", "json");
        Assert.Equal((2, "verify.column_missing"), (lacking.ExitCode, lacking.Event("failed").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("parquet", "zeros,digits,long")]
    [InlineData("parquet", "flag,money,day,unsigned")]
    [InlineData("delta", "zeros,money,day")]
    [InlineData("iceberg", "digits,flag,day,unsigned")]
    public async Task Verify_PartitionedCopy_IsEqualWhateverDirectoriesTell(string format, string partitions)
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Guessed), to = place.Address(format), back = place.Address("parquet", "back");
        await DoneAsync(place, "copy", $"parquet:{source}", to, "--partition-by", partitions);
        await DoneAsync(place, "verify", $"parquet:{source}", to);

        // And from directories, whose types readers find out.
        await DoneAsync(place, "copy", to, back);
        await DoneAsync(place, "verify", to, back);
        await DifferentAsync(place, "verify", to, back, "--where", "id <> 5");
    }

    [Fact]
    public async Task Verify_ValueThatACopyRefuses_IsRefusedInTheSameWords()
    {
        var place = LakePlace.NewOnDisk(server);
        string fine = await files.WriteRowsAsync("SELECT toDateTime64('2024-01-01 00:00:00.000001', 9, 'UTC') AS at", "1", "at");
        string finer = await files.WriteRowsAsync("SELECT toDateTime64('2024-01-01 00:00:00.000000001', 9, 'UTC') AS at", "1", "at");
        await DoneAsync(place, "copy", $"parquet:{fine}", place.Address("delta"));
        await DoneAsync(place, "verify", $"parquet:{fine}", place.Address("delta"));

        CommandResult verify = await Command.RunAsync("verify", $"parquet:{finer}", place.Address("delta"), "--output", "json");
        CommandResult copy = await Command.RunAsync("copy", $"parquet:{finer}", place.Address("delta"), "--mode", "append", "--output", "json");
        Assert.Equal((2, "file.value_out_of_range"), (verify.ExitCode, verify.Event("failed").GetProperty("code").GetString()));
        Assert.Equal(copy.Event("failed").GetProperty("message").GetString(), verify.Event("failed").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("delta")]
    [InlineData("iceberg")]
    public async Task Verify_NoRowsOnEitherSide_IsEqual(string format)
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain);
        string[] none = [$"parquet:{source}", place.Address(format), "--where", "id < 0"];
        await DoneAsync(place, ["copy", .. none]);

        Assert.Equal(0, Number(await DoneAsync(place, ["verify", .. none]), "targetRows"));
        Assert.Equal(0, Number((await DifferentAsync(place, "verify", none[0], none[1])).Event("difference"), "targetRows"));
    }

    [Theory]
    [InlineData("parquet", "parquet.no_files")]
    [InlineData("delta", "delta.log_missing")]
    [InlineData("iceberg", "iceberg.table_missing")]
    public async Task Verify_NoSuchTarget_EndsWithTwoAndNamesIt(string format, string code)
    {
        var place = LakePlace.NewOnDisk(server);
        CommandResult result = await Command.RunAsync("verify", $"parquet:{await files.WriteAsync(Plain)}", place.Address(format), "--output", "json");
        JsonElement failed = result.Event("failed");
        Assert.Equal((2, code), (result.ExitCode, failed.GetProperty("code").GetString()));
        Assert.Contains($"{place.Path}/{format}", failed.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("parquet", "never", "disk")]
    [InlineData("parquet", "require", "disk")]
    [InlineData("delta", "never", "azure")]
    [InlineData("iceberg", "auto", "s3")]
    public async Task Copy_ToldToVerify_ComparesBothTablesAfterwards(string format, string adopt, string store)
    {
        LakePlace place = await NewPlaceAsync(store);
        string[] copy = ["copy", $"parquet:{await files.WriteAsync(Plain)}", place.Address(format), "--adopt", adopt, "--verify"];

        Assert.True((await DoneAsync(place, copy)).GetProperty("verified").GetBoolean());
        // And what an earlier run has completed.
        Assert.True((await DoneAsync(place, copy)).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Copy_ToldToVerifyWhatDiffers_EndsWithFourAndNamesTheFile()
    {
        var place = LakePlace.NewOnDisk(server);
        string[] copy = ["copy", $"parquet:{await files.WriteAsync(Plain, files: 3)}", place.Address("parquet"), "--adopt", "require", "--verify", "--output", "json"];
        Assert.Equal(0, (await Command.RunAsync(copy)).ExitCode);
        File.Delete(Directory.EnumerateFiles(Path.Combine(place.Path, "parquet"), "*.parquet").First());

        CommandResult again = await Command.RunAsync(copy);

        Assert.Equal((4, "verify.rows_differ"), (again.ExitCode, again.Event("failed").GetProperty("code").GetString()));
        Assert.Equal("source", again.Event("file").GetProperty("onlyIn").GetString());
    }

    [Fact]
    public async Task Copy_ToldToVerifyAfterTheSourceMovedOn_ComparesWithWhatWasCopied()
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain), table = place.Address("iceberg");
        await DoneAsync(place, "copy", $"parquet:{source}", table);
        string[] copy = ["copy", table, place.Address("delta"), "--snapshot", await SnapshotAsync(table), "--verify"];
        await DoneAsync(place, "copy", $"parquet:{source}", table, "--mode", "append", "--where", "id < 100");

        Assert.True((await DoneAsync(place, copy)).GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("parquet")]
    [InlineData("iceberg")]
    public async Task Copy_ToldToVerifyWhatItAppends_IsRefusedBeforeAnythingIsWritten(string format)
    {
        var place = LakePlace.NewOnDisk(server);
        CommandResult result = await Command.RunAsync("copy", $"parquet:{await files.WriteAsync(Plain)}", place.Address(format), "--mode", "append", "--verify", "--output", "json");

        Assert.Equal((2, "lake.append_not_compared"), (result.ExitCode, result.Event("failed").GetProperty("code").GetString()));
        Assert.False(Directory.Exists(Path.Combine(place.Path, format)));
    }

    private static async Task<string> SnapshotAsync(string table) =>
        (await Command.RunAsync("inspect", table, "--output", "json")).Event("inspected").GetProperty("snapshot").GetString()!;

    private async Task<LakePlace> NewPlaceAsync(string store) => store switch
    {
        "s3" => await LakePlace.InS3Async(s3, Token),
        "azure" => await LakePlace.InAzureAsync(azure, Token),
        _ => LakePlace.NewOnDisk(server),
    };
}
