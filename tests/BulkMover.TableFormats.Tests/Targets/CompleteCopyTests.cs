using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Copies that are complete and asked for again, after whatever has become of the table: nothing is moved as long as their rows are its rows, and no row comes twice.</summary>
public sealed class CompleteCopyTests
{
    private const int MostCalls = 200;

    private const string Own = "_bulkmover";

    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Formats => new("parquet", "delta", "iceberg", LakeCopy.Version3);

    /// <summary>Formats that tell who has committed what.</summary>
    public static TheoryData<string> Logged => new("delta", "iceberg");

    public static TheoryData<string, CopyMode> FormatsAndModes => new(from format in (string[])["parquet", "delta", "iceberg"] from mode in Enum.GetValues<CopyMode>() select (format, mode));

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Replace_AnotherCopyHasReplacedItsRows_ReplacesThemAgain(string format)
    {
        LakeCopy first = New(format, CopyMode.Replace, 1), second = New(format, CopyMode.Replace, 2);
        foreach (LakeCopy copy in (LakeCopy[])[first, second, first, second, first])
        {
            await copy.RunAsync(objects);
            Assert.Equal(copy.Rows, await copy.ReadAsync());
            await AssertMovesNothingAsync(copy);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Append_AnotherCopyHasReplacedItsRows_AddsThemAgainOnce(string format)
    {
        LakeCopy create = New(format, CopyMode.Create, 1), append = New(format, CopyMode.Append, 2), replace = New(format, CopyMode.Replace, 3);
        await create.RunAsync(objects);
        await append.RunAsync(objects);
        await AssertMovesNothingAsync(create);
        await replace.RunAsync(objects);

        await append.RunAsync(objects);

        Assert.Equal([.. append.Rows, .. replace.Rows], await append.ReadAsync());
        await AssertMovesNothingAsync(append);
        await AssertMovesNothingAsync(replace);
    }

    [Theory]
    [InlineData("parquet", "parquet.directory_not_empty")]
    [InlineData("delta", "delta.table_not_empty")]
    [InlineData("iceberg", "iceberg.table_has_rows")]
    public async Task Create_AnotherCopyHasReplacedItsRows_IsRefusedForThose(string format, string code)
    {
        LakeCopy create = New(format, CopyMode.Create, 1), replace = New(format, CopyMode.Replace, 2);
        await create.RunAsync(objects);
        await replace.RunAsync(objects);

        var error = await Assert.ThrowsAsync<TargetException>(() => create.RunAsync(objects));

        Assert.Equal(code, error.Code);
        Assert.Contains("--mode replace", error.Message, StringComparison.Ordinal);
        Assert.Equal(replace.Rows, await replace.ReadAsync());
    }

    [Theory]
    [MemberData(nameof(FormatsAndModes))]
    public async Task Copy_AllButTheLedgerIsGone_CopiesAgain(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1);
        await copy.RunAsync(objects);
        RemoveTable();

        await copy.RunAsync(objects);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
        await AssertMovesNothingAsync(copy);
    }

    [Theory]
    [InlineData("delta", CopyMode.Append)]
    [InlineData("delta", CopyMode.Replace)]
    [InlineData("iceberg", CopyMode.Append)]
    [InlineData("iceberg", CopyMode.Replace)]
    public async Task Copy_TableWasMadeAnewByOthers_CopiesAgain(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1), other = New(format, CopyMode.Create, 2);
        await copy.RunAsync(objects);
        RemoveTable();
        await EngineAsync(format, other, "WRITE");

        await copy.RunAsync(objects);

        Assert.Equal(mode == CopyMode.Replace ? [.. copy.Rows] : [.. copy.Rows, .. other.Rows], await copy.ReadAsync());
        await AssertMovesNothingAsync(copy);
    }

    [Theory]
    [MemberData(nameof(FormatsAndModes))]
    public async Task Copy_OthersHaveAddedRows_MovesNothing(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1), other = New(format, CopyMode.Append, 2), more = New(format, CopyMode.Append, 3);
        await copy.RunAsync(objects);
        await EngineAsync(format, other, "WRITE");
        await more.RunAsync(objects);

        await AssertMovesNothingAsync(copy);

        Assert.Equal([.. copy.Rows, .. other.Rows, .. more.Rows], await copy.ReadAsync());
    }

    /// <summary>A directory does not tell: there its rows are replaced by the same rows.</summary>
    [Theory]
    [MemberData(nameof(FormatsAndModes))]
    public async Task Copy_AnEngineHasRewrittenItsFiles_RowsComeNoSecondTime(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1);
        await copy.RunAsync(objects);
        await CompactAsync(format, copy);

        if (format == "parquet" && mode == CopyMode.Replace)
            await copy.RunAsync(objects);
        else
            await AssertMovesNothingAsync(copy);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Replace_AnEngineHasOverwrittenItsRows_ReplacesThem(string format)
    {
        LakeCopy copy = New(format, CopyMode.Replace, 1), other = New(format, CopyMode.Replace, 2);
        await copy.RunAsync(objects);
        await EngineAsync(format, other, "WRITE");

        await copy.RunAsync(objects);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
    }

    /// <summary>The rows that the engine wrote may be the same.</summary>
    [Theory]
    [InlineData("parquet", CopyMode.Append)]
    [InlineData("delta", CopyMode.Append)]
    [InlineData("delta", CopyMode.Create)]
    [InlineData("iceberg", CopyMode.Append)]
    [InlineData("iceberg", CopyMode.Create)]
    public async Task Append_AnEngineHasOverwrittenItsRows_CountsAsCompleteInDoubt(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1);
        await copy.RunAsync(objects);
        await EngineAsync(format, New(format, CopyMode.Replace, 2), "WRITE");

        await AssertMovesNothingAsync(copy);
    }

    [Theory]
    [InlineData("delta", CopyMode.Append)]
    [InlineData("delta", CopyMode.Replace)]
    [InlineData("iceberg", CopyMode.Append)]
    [InlineData("iceberg", CopyMode.Replace)]
    public async Task Copy_AllRowsWereDeleted_CopiesAgain(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1);
        await copy.RunAsync(objects);
        await EngineAsync(format, New(format, CopyMode.Replace, 2, chunks: 0), "DELETE");
        Assert.Empty(await copy.ReadAsync());

        await copy.RunAsync(objects);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Append_RewrittenThenReplacedByACopy_AddsItsRowsAgainWhereALogTellsTheOrder(string format)
    {
        LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2);
        await append.RunAsync(objects);
        await CompactAsync(format, append);
        await replace.RunAsync(objects);

        await append.RunAsync(objects);

        Assert.Equal(format == "parquet" ? [.. replace.Rows] : [.. append.Rows, .. replace.Rows], await append.ReadAsync());
    }

    [Theory]
    [MemberData(nameof(Logged))]
    public async Task Append_ItsReplacementWasUndone_MovesNothing(string format)
    {
        foreach (bool isRewritten in (bool[])[false, true])
        {
            foreach (Location location in objects.Locations.ToArray())
                objects.Remove(location);
            LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2), other = New(format, CopyMode.Append, 3);
            await append.RunAsync(objects);
            if (isRewritten)
                await CompactAsync(format, append);
            int version = LastVersion(format);
            await replace.RunAsync(objects);
            Restore(format, version);
            Assert.Equal(append.Rows, await append.ReadAsync());
            await EngineAsync(format, other, "WRITE");

            await AssertMovesNothingAsync(append);

            Assert.Equal([.. append.Rows, .. other.Rows], await append.ReadAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Logged))]
    public async Task Copy_WasItselfUndone_CopiesAgain(string format)
    {
        LakeCopy first = New(format, CopyMode.Replace, 1), second = New(format, CopyMode.Replace, 2);
        await first.RunAsync(objects);
        int version = LastVersion(format);
        await second.RunAsync(objects);
        Restore(format, version);
        Assert.Equal(first.Rows, await first.ReadAsync());
        await AssertMovesNothingAsync(first);

        await second.RunAsync(objects);

        Assert.Equal(second.Rows, await second.ReadAsync());
    }

    [Fact]
    public async Task Append_IcebergTableWasRolledBackBehindIt_AddsItsRowsAgain()
    {
        LakeCopy before = New("iceberg", CopyMode.Create, 1), append = New("iceberg", CopyMode.Append, 2);
        await before.RunAsync(objects);
        int version = LastVersion("iceberg");
        await append.RunAsync(objects);
        Restore("iceberg", version);
        Assert.Equal(before.Rows, await append.ReadAsync());

        await append.RunAsync(objects);

        Assert.Equal([.. before.Rows, .. append.Rows], await append.ReadAsync());
        await AssertMovesNothingAsync(append);
    }

    /// <summary>CREATE OR REPLACE TABLE makes a snapshot that is made on none, and keeps the others (Iceberg's TableMetadata.buildReplacement): it may have written the same rows.</summary>
    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Create)]
    public async Task Append_AnEngineHasMadeTheIcebergTableAnewInPlace_CountsAsCompleteInDoubt(CopyMode mode)
    {
        LakeCopy copy = New("iceberg", mode, 1), other = New("iceberg", CopyMode.Replace, 2);
        await copy.RunAsync(objects);
        await EngineAsync("iceberg", other, "WRITE");
        LakeCopy.AlterTable(objects, document => document["snapshots"]!.AsArray()[^1]!.AsObject().Remove("parent-snapshot-id"));

        await AssertMovesNothingAsync(copy);

        Assert.Equal(other.Rows, await copy.ReadAsync());
    }

    /// <summary>A log that was lost can be made anew of the files (CONVERT TO DELTA, add_files): the table is another one then, and its rows are the same.</summary>
    [Theory]
    [InlineData("delta", CopyMode.Append)]
    [InlineData("delta", CopyMode.Replace)]
    [InlineData("iceberg", CopyMode.Append)]
    [InlineData("iceberg", CopyMode.Replace)]
    public async Task Copy_TableWasMadeAnewOfItsFiles_MovesNothing(string format, CopyMode mode)
    {
        LakeCopy copy = New(format, mode, 1);
        await EngineAsync(format, copy, "WRITE", keepsLedger: true);
        if (format == "delta")
        {
            Location entry = LakeCopy.Root.Combine("_delta_log/00000000000000000000.json");
            objects[entry] = Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(objects[entry]), "\"metaData\":{\"id\":\"[^\"]*", "\"metaData\":{\"id\":\"another"));
            Assert.Contains("another", Encoding.UTF8.GetString(objects[entry]), StringComparison.Ordinal);
        }
        else
        {
            LakeCopy.AlterTable(objects, document => document["table-uuid"] = "9c12d441-03fe-4693-9a96-a0705ddf69c1");
        }

        await AssertMovesNothingAsync(copy);
    }

    /// <summary>Some engines write all 64 bits.</summary>
    [Fact]
    public async Task Replace_IcebergSnapshotHasALargeId_MovesNothing()
    {
        LakeCopy copy = New("iceberg", CopyMode.Replace, 1);
        await copy.RunAsync(objects);
        LakeCopy.AlterTable(objects, document =>
        {
            document["snapshots"]![0]!["snapshot-id"] = ulong.MaxValue - 1;
            document["current-snapshot-id"] = ulong.MaxValue - 1;
            document["refs"]!["main"]!["snapshot-id"] = ulong.MaxValue - 1;
        });

        await AssertMovesNothingAsync(copy);
    }

    /// <summary>It was killed between its commit and the entry of that: the table tells what nobody has entered.</summary>
    [Theory]
    [MemberData(nameof(Logged))]
    public async Task Append_ACopyThatReplacedItsRowsWasDiscardedBeforeItEnteredThat_AddsThemAgain(string format)
    {
        LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2);
        await append.RunAsync(objects);
        await replace.RunAsync(objects);
        Location last = objects.Locations.Where(location => location.IsUnder(LakeCopy.Root.Combine($"{Own}/transfers/{replace.Transfer}")) && location.Name.EndsWith(".json", StringComparison.Ordinal))
            .MaxBy(location => long.Parse(location.Name.AsSpan(0, location.Name.IndexOf('.')), CultureInfo.InvariantCulture))!;
        objects.Remove(last);
        await using (LakeTarget target = replace.Open(objects))
            await target.DiscardAsync(replace.Transfer, Token);

        await append.RunAsync(objects);

        Assert.Equal([.. append.Rows, .. replace.Rows], await append.ReadAsync());
    }

    /// <summary>What the table tells of its commits is gone one day; what the ledgers tell is not.</summary>
    [Theory]
    [InlineData("delta", false)]
    [InlineData("delta", true)]
    [InlineData("iceberg", false)]
    [InlineData("iceberg", true)]
    public async Task Append_HistoryHasExpired_TellsAReplacementFromARewrite(string format, bool isReplaced)
    {
        LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2);
        await append.RunAsync(objects);
        if (isReplaced)
            await replace.RunAsync(objects);
        else
            await CompactAsync(format, append);
        IEnumerable<string> others = await ExpireAsync(format);

        if (!isReplaced)
            await AssertMovesNothingAsync(append);
        await append.RunAsync(objects);

        Assert.Equal([.. append.Rows, .. isReplaced ? replace.Rows : [], .. others], await append.ReadAsync());
    }

    /// <summary>Entries of earlier versions do not tell which commit it was: the table does, as long as it can.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Copy_LedgerIsOfAnEarlierVersion_TheTableTells(string format)
    {
        LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2);
        await append.RunAsync(objects);
        ForgetVersions();
        await AssertMovesNothingAsync(append);
        await replace.RunAsync(objects);
        ForgetVersions();
        await AssertMovesNothingAsync(replace);

        await append.RunAsync(objects);

        Assert.Equal([.. append.Rows, .. replace.Rows], await append.ReadAsync());
        RemoveTable();
        ForgetVersions();
        await replace.RunAsync(objects);
        Assert.Equal(replace.Rows, await replace.ReadAsync());
    }

    /// <summary>The replacement counts from its commit on, whether or not its run came to enter it.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Append_ACopyThatReplacedItsRowsWasKilledAtAnyCall_NoRowIsMissingOrThereTwice(string format)
    {
        bool hasDied = true;
        for (int deadAt = 0; hasDied; deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            foreach (Location location in objects.Locations.ToArray())
                objects.Remove(location);
            LakeCopy append = New(format, CopyMode.Append, 1), replace = New(format, CopyMode.Replace, 2);
            await append.RunAsync(objects);
            hasDied = await DiesAsync(replace, deadAt);

            await append.RunAsync(objects);
            await replace.RunAsync(objects);

            // Of a directory whose old files were to go, the list is from before.
            IReadOnlyList<string> rows = await replace.ReadAsync();
            Assert.Contains(string.Join(' ', rows), (string[])[string.Join(' ', replace.Rows), string.Join(' ', append.Rows.Concat(replace.Rows))]);
            if (!hasDied)
                Assert.Equal([.. append.Rows, .. replace.Rows], rows);
            await AssertMovesNothingAsync(replace);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Replace_CopiedAgainAndKilledAtAnyCall_GoesOnToTheSameRows(string format)
    {
        bool hasDied = true;
        for (int deadAt = 0; hasDied; deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            foreach (Location location in objects.Locations.ToArray())
                objects.Remove(location);
            LakeCopy first = New(format, CopyMode.Replace, 1), second = New(format, CopyMode.Replace, 2);
            await first.RunAsync(objects);
            await second.RunAsync(objects);
            hasDied = await DiesAsync(first, deadAt);

            await first.RunAsync(objects);

            Assert.Equal(first.Rows, await first.ReadAsync());
            await AssertMovesNothingAsync(first);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Discard_CompleteTransfer_IsRefusedForItKeepsTheCopyFromComingTwice(string format)
    {
        LakeCopy copy = New(format, CopyMode.Append, 1);
        await copy.RunAsync(objects);
        await using LakeTarget target = copy.Open(objects);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => target.DiscardAsync(copy.Transfer, Token));

        Assert.Equal("lake.transfer_complete", error.Code);
        await AssertMovesNothingAsync(copy);
    }

    private LakeCopy New(string format, CopyMode mode, int number, int chunks = 2) =>
        new(format, objects) { Mode = mode, FirstId = number * 1000, Chunks = chunks, Transfer = TransferId.Of(string.Create(CultureInfo.InvariantCulture, $"copy {number}")) };

    private async Task AssertMovesNothingAsync(LakeCopy copy)
    {
        string[] before = [.. objects.Locations.Select(location => location.Path).Order(StringComparer.Ordinal)];
        Assert.Equal(copy.Rows.Count(), await copy.RunAsync(objects));
        Assert.Equal(before, objects.Locations.Select(location => location.Path).Order(StringComparer.Ordinal));
    }

    private async Task<bool> DiesAsync(LakeCopy copy, int deadAt)
    {
        var dying = new FailingStore(objects, deadAt, hasEffect: true);
        try
        {
            await copy.RunAsync(dying);
        }
        catch (EnvironmentException error) when (error.Code == "test.dead")
        {
            // As a program that is killed.
        }

        return dying.IsDead;
    }

    private void RemoveTable()
    {
        foreach (Location location in objects.Locations.Where(location => !location.IsUnder(LakeCopy.Root.Combine(Own))).ToArray())
            objects.Remove(location);
    }

    private void ForgetVersions()
    {
        foreach (Location location in objects.Locations.Where(location => location.IsUnder(LakeCopy.Root.Combine(Own)) && location.Name.EndsWith(".json", StringComparison.Ordinal)).ToArray())
        {
            JsonObject entry = JsonNode.Parse(objects[location])!.AsObject();
            if (entry.Remove("Made"))
                objects[location] = Encoding.UTF8.GetBytes(entry.ToJsonString());
        }
    }

    private Task CompactAsync(string format, LakeCopy copy) =>
        EngineAsync(format, new LakeCopy(format, objects) { Mode = CopyMode.Replace, FirstId = copy.FirstId, Chunks = copy.Chunks, Transfer = TransferId.Of("compaction") }, "OPTIMIZE");

    /// <summary>A commit as an engine makes it: nothing tells of a transfer. What it does is that of a copy, so what is there of the format is right.</summary>
    /// <param name="format">Of the table.</param>
    /// <param name="commit">What it does.</param>
    /// <param name="operation">What Delta calls it; <c>OPTIMIZE</c> changes no row.</param>
    /// <param name="keepsLedger">It was a copy, and the table has lost what tells of that.</param>
    private async Task EngineAsync(string format, LakeCopy commit, string operation, bool keepsLedger = false)
    {
        await commit.RunAsync(objects);
        foreach (Location location in keepsLedger ? [] : objects.Locations.Where(location => location.IsUnder(LakeCopy.Root.Combine($"{Own}/transfers/{commit.Transfer}"))).ToArray())
            objects.Remove(location);
        if (format == "delta")
        {
            Location entry = LakeCopy.Root.Combine(string.Create(CultureInfo.InvariantCulture, $"_delta_log/{LastVersion(format):d20}.json"));
            IEnumerable<string> lines = Encoding.UTF8.GetString(objects[entry]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("""{"txn":""", StringComparison.Ordinal))
                .Select(line => operation == "OPTIMIZE" ? line.Replace("\"dataChange\":true", "\"dataChange\":false", StringComparison.Ordinal) : line)
                .Select(line => line.StartsWith("""{"commitInfo":""", StringComparison.Ordinal) ? $$$"""{"commitInfo":{"operation":"{{{operation}}}"}}""" : line);
            objects[entry] = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        }
        else if (format != "parquet")
        {
            Location document = LakeCopy.Root.Combine(string.Create(CultureInfo.InvariantCulture, $"metadata/v{LastVersion(format)}.metadata.json"));
            JsonObject metadata = JsonNode.Parse(objects[document])!.AsObject();
            JsonObject summary = metadata["snapshots"]!.AsArray()[^1]!["summary"]!.AsObject();
            foreach (string name in summary.Select(item => item.Key).Where(key => key.StartsWith("bulkmover", StringComparison.Ordinal)).ToArray())
                summary.Remove(name);
            // Iceberg spec, "Snapshots": "replace: data and delete files were added and removed without changing table data".
            if (operation == "OPTIMIZE")
                summary["operation"] = "replace";
            objects[document] = Encoding.UTF8.GetBytes(metadata.ToJsonString());
        }
    }

    private int LastVersion(string format) => format == "delta"
        ? objects.Locations.Count(location => location.Path.Contains("/_delta_log/", StringComparison.Ordinal) && location.Name.EndsWith(".json", StringComparison.Ordinal)) - 1
        : objects.Locations.Count(location => location.Name.EndsWith(".metadata.json", StringComparison.Ordinal));

    /// <summary>Brings back what a version had: in Delta by a commit, in Iceberg by naming its snapshot.</summary>
    private void Restore(string format, int version)
    {
        if (format != "delta")
        {
            JsonNode old = JsonNode.Parse(objects[LakeCopy.Root.Combine(string.Create(CultureInfo.InvariantCulture, $"metadata/v{version}.metadata.json"))])!;
            LakeCopy.AlterTable(objects, document =>
            {
                document["current-snapshot-id"] = old["current-snapshot-id"]!.DeepClone();
                document["refs"]!["main"]!["snapshot-id"] = old["current-snapshot-id"]!.DeepClone();
            });
            return;
        }

        int last = LastVersion(format);
        List<JsonObject> actions = [new JsonObject { ["commitInfo"] = new JsonObject { ["operation"] = "RESTORE" } }];
        // What the last version took away comes back, and what it added goes.
        foreach (string line in Encoding.UTF8.GetString(objects[At(last)]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonObject action = JsonNode.Parse(line)!.AsObject();
            if (action["remove"] is JsonObject removed)
                actions.Add(new JsonObject { ["add"] = AddOf((string)removed["path"]!) });
            if (action["add"] is JsonObject added)
                actions.Add(new JsonObject { ["remove"] = new JsonObject { ["path"] = (string)added["path"]!, ["deletionTimestamp"] = 1, ["dataChange"] = true } });
        }

        objects[At(last + 1)] = Encoding.UTF8.GetBytes(string.Join('\n', actions.Select(action => action.ToJsonString())));

        JsonNode AddOf(string path) => Enumerable.Range(0, last).SelectMany(number => Encoding.UTF8.GetString(objects[At(number)]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => JsonNode.Parse(line)!["add"]).First(add => (string?)add?["path"] == path)!.DeepClone();

        static Location At(int number) => LakeCopy.Root.Combine(string.Create(CultureInfo.InvariantCulture, $"_delta_log/{number:d20}.json"));
    }

    /// <summary>Only the current state is kept: in Delta the log from a checkpoint on, which comes with the tenth version.</summary>
    /// <returns>Rows that came meanwhile.</returns>
    private async Task<IEnumerable<string>> ExpireAsync(string format)
    {
        if (format != "delta")
        {
            LakeCopy.AlterTable(objects, document =>
            {
                JsonArray snapshots = document["snapshots"]!.AsArray();
                while (snapshots.Count > 1)
                    snapshots.RemoveAt(0);
                document["snapshot-log"] = new JsonArray();
            });
            return [];
        }

        var rows = new List<string>();
        for (int number = 10; LastVersion(format) < 11; number++)
        {
            LakeCopy other = New(format, CopyMode.Append, number, chunks: 1);
            await other.RunAsync(objects);
            rows.AddRange(other.Rows);
        }

        foreach (Location location in objects.Locations.Where(location => location.Path.Contains("/_delta_log/000000000000000000", StringComparison.Ordinal)
            && location.Name.EndsWith(".json", StringComparison.Ordinal) && int.Parse(location.Name.AsSpan(0, 20), CultureInfo.InvariantCulture) < 10).ToArray())
            objects.Remove(location);
        return rows;
    }
}
