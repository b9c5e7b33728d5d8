using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.S3;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>The built command on its way into tables of files, killed at random moments, again and again, then run to its end.</summary>
public sealed class LakeKillTests(ClickHouseServerFixture server, CephServer s3) : IClassFixture<CephServer>
{
    private const int Rows = 400_000;

    /// <summary>Such a copy is still amid its work when its first files have been seen.</summary>
    private const int ManyRows = 1_500_000;

    /// <summary>Each is a chunk, so that a kill finds some that have arrived.</summary>
    private const int Files = 10;

    private const int RowsBefore = 10;

    /// <summary>From its start to a little more than a copy takes on a quiet machine.</summary>
    private const int Window = 1_500;

    /// <summary>Of each case, over as many copies as that takes; more is for the long run.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("BULKMOVER_KILLS") ?? "6", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("parquet", "disk", "replace", "part")]
    [InlineData("delta", "disk", "append", "part")]
    [InlineData("iceberg", "disk", "replace", "bucket(4, id)")]
    [InlineData("iceberg", "disk", "append", "bucket(4, id)", true)]
    [InlineData("delta", "s3", "create", "")]
    public async Task Copy_KilledAtRandomMoments_TheSameCommandCompletesIt(string format, string store, string mode, string partitions, bool isUpgraded = false)
    {
        var random = new Random(format.Length + mode.Length);
        string source = await WriteSourceAsync(Rows);
        Trial trial = await PrepareAsync(source, format, store, mode, partitions, isUpgraded);
        for (int kill = 0; kill < Kills;)
        {
            using Process process = Command.Start(trial.Place.Environment, trial.Command);
            Task<CommandResult> running = Command.FinishAsync(process);
            if (await Task.WhenAny(running, Task.Delay(random.Next(Window), Token)) == running)
            {
                // It was faster, so the kills that are left are another copy's.
                await CompleteAsync(trial);
                trial = await PrepareAsync(source, format, store, mode, partitions, isUpgraded);
                continue;
            }

            process.Kill();
            await running;
            kill++;
            // A directory of Parquet files has no log, so readers see files come and go.
            if (mode != "create" && format != "parquet")
                Assert.Contains(await CountAsync(trial), (string[])[$"{RowsBefore}", $"{trial.RowsAfter}"]);
        }

        await CompleteAsync(trial);
    }

    [Theory]
    [InlineData("parquet", "disk", "append")]
    [InlineData("iceberg", "disk", "append")]
    [InlineData("delta", "s3", "append")]
    public async Task Discard_OfACopyThatWasKilled_LeavesNoFileOfIt(string format, string store, string mode)
    {
        Trial trial = await KillAmidAsync(await WriteSourceAsync(ManyRows), format, store, mode);
        CommandResult transfers = await Command.RunAsync(trial.Place.Environment, "transfers", trial.Command[2], "--output", "json");
        string transfer = transfers.Events.Single(one => !one.GetProperty("complete").GetBoolean()).GetProperty("transfer").GetString()!;
        CommandResult discarded = await Command.RunAsync(trial.Place.Environment, "discard", trial.Command[2], transfer);

        Assert.True(discarded.ExitCode == 0, discarded.ToString());
        Assert.Equal(trial.Before, await DataFilesAsync(trial));
        Assert.Equal($"{RowsBefore}", await CountAsync(trial));
    }

    /// <summary>Kills a copy when a file of it is whole, and others most likely are not.</summary>
    private async Task<Trial> KillAmidAsync(string source, string format, string store, string mode)
    {
        while (true)
        {
            Trial trial = await PrepareAsync(source, format, store, mode, "");
            using Process process = Command.Start(trial.Place.Environment, trial.Command);
            Task<CommandResult> running = Command.FinishAsync(process);
            while (!running.IsCompleted && (await DataFilesAsync(trial)).Count(file => file.EndsWith(".parquet", StringComparison.Ordinal)) <= trial.Before.Count)
                await Task.Delay(10, Token);
            process.Kill();
            CommandResult result = await running;
            if (result.ExitCode != 0)
            {
                Assert.DoesNotContain("\"failed\"", result.Output);
                return trial;
            }
        }
    }

    /// <summary>Several files.</summary>
    private async Task<string> WriteSourceAsync(int rows)
    {
        string directory = Path.Combine(server.FilesDirectory, $"source-{Guid.NewGuid():N}");
        await server.QueryAsync($"INSERT INTO FUNCTION file('{directory}/{{_partition_id}}.parquet', Parquet) PARTITION BY intDiv(id, {rows / Files}) "
            + $"SELECT toInt64(number) AS id, toInt32(number % 5) AS part, toString(cityHash64(number)) AS text FROM numbers({rows})", Token);
        return directory;
    }

    /// <summary>A command, and a table for it that perhaps has rows of its own; of Iceberg, on disk, perhaps upgraded to version 3.</summary>
    private async Task<Trial> PrepareAsync(string source, string format, string store, string mode, string partitions, bool isUpgraded = false)
    {
        LakePlace place = store == "s3" ? await LakePlace.InS3Async(s3, Token) : LakePlace.NewOnDisk(server);
        string[] partitioned = partitions.Length > 0 ? ["--partition-by", partitions] : [];
        var trial = new Trial(place, format, mode, [], ["copy", $"parquet:{source}", place.Address(format), "--mode", mode, "--chunk", "1MiB", "--adopt", "never", "--output", "json", .. partitioned]);
        if (mode == "create")
            return trial;
        string before = await server.WriteFileAsync(
            "before.parquet", $"SELECT -1 - toInt64(number) AS id, toInt32(number % 5) AS part, 'before' AS text FROM numbers({RowsBefore})", Token);
        CommandResult result = await Command.RunAsync(place.Environment, ["copy", $"parquet:{before}", place.Address(format), .. partitioned]);
        Assert.True(result.ExitCode == 0, result.ToString());
        if (isUpgraded)
            await UpgradeAsync(Path.Combine(place.Path, format, "metadata"));
        return trial with { Before = await DataFilesAsync(trial) };
    }

    /// <summary>As engines do (Iceberg spec, "Row Lineage for Upgraded Tables").</summary>
    private static async Task UpgradeAsync(string metadata)
    {
        JsonObject document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(metadata, "v1.metadata.json"), Token))!.AsObject();
        (document["format-version"], document["next-row-id"]) = (3, 0);
        await File.WriteAllTextAsync(Path.Combine(metadata, "v2.metadata.json"), document.ToJsonString(), Token);
        await File.WriteAllTextAsync(Path.Combine(metadata, "version-hint.text"), "2", Token);
    }

    /// <summary>All rows are there once, and no file that is not part of the table.</summary>
    private async Task CompleteAsync(Trial trial)
    {
        CommandResult result = await Command.RunAsync(trial.Place.Environment, trial.Command);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(Rows, result.Event("finished").GetProperty("rows").GetInt64());
        string table = trial.Place.Table(trial.Format);
        string all = trial.Format == "parquet" ? table.Replace("/*.parquet", "/**/*.parquet", StringComparison.Ordinal) : table;
        Assert.Equal($"{trial.RowsAfter}\t{trial.RowsAfter}\t{Rows}\t{Rows}", (await server.QueryAsync(
            $"SELECT count(), uniqExact(id), countIf(text = toString(cityHash64(toUInt64(id)))), countIf(part = id % 5 AND id >= 0) FROM {all} {Hive}", Token)).TrimEnd());

        string[] known = (await server.QueryAsync($"SELECT DISTINCT _path FROM {all} {Hive}", Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // A pattern with ** finds files with one slash more than they have.
        string[] files = [.. known.Select(path => path[(path.IndexOf($"/{trial.Format}/", StringComparison.Ordinal) + trial.Format.Length + 2)..].TrimStart('/').Replace("//", "/", StringComparison.Ordinal))];
        // Old versions of a table still have the files that were replaced.
        IEnumerable<string> old = trial is { Mode: "replace", Format: not "parquet" } ? trial.Before : [];
        Assert.Equal(files.Concat(old).Order(StringComparer.Ordinal), await DataFilesAsync(trial));
    }

    private const string Hive = "SETTINGS use_hive_partitioning = 1";

    private async Task<string> CountAsync(Trial trial) => (await server.QueryAsync($"SELECT count() FROM {trial.Place.Table(trial.Format)}", Token)).TrimEnd();

    /// <summary>What lies below the table's directory, whole or not, but for its log and the ledger.</summary>
    private static async Task<IReadOnlyList<string>> DataFilesAsync(Trial trial) =>
        [.. (await trial.Place.FilesAsync(trial.Format, Token)).Keys.Where(file => !new[] { "_delta_log/", "metadata/", "_bulkmover/transfers/" }.Any(log => file.StartsWith(log, StringComparison.Ordinal)))];

    private sealed record Trial(LakePlace Place, string Format, string Mode, IReadOnlyList<string> Before, string[] Command)
    {
        public int RowsAfter => Rows + (Mode == "append" ? RowsBefore : 0);
    }
}
