using System.Diagnostics;
using System.Globalization;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>The built command, killed at random moments, again and again, then run to its end; or with a server that it loses now and then.</summary>
public sealed class KillTests(ClickHouseServerFixture server)
{
    private const int Rows = 1_500_000;

    /// <summary>Each is a chunk, so that a kill finds some that have arrived.</summary>
    private const int Files = 10;

    /// <summary>How often each copy is killed; more is for the long run.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("BULKMOVER_KILLS") ?? "6", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("create", "")]
    [InlineData("create", "id % 5")]
    [InlineData("append", "")]
    [InlineData("append", "id % 5")]
    [InlineData("replace", "")]
    [InlineData("replace", "id % 5")]
    public async Task Copy_KilledAtRandomMoments_TheSameCommandCompletesIt(string mode, string partitions)
    {
        Trial trial = await PrepareAsync(server.Endpoint, Ask, mode, partitions);
        var random = new Random(mode.Length + partitions.Length);
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process process = Command.Start([], trial.Command);
            // From its start to a little more than a copy takes on a quiet machine.
            await Task.Delay(random.Next(2_000), Token);
            process.Kill();
            await process.WaitForExitAsync(Token);
        }

        await CompleteAsync(trial, mode);
    }

    [Theory]
    [InlineData("create", "id % 5")]
    [InlineData("append", "")]
    [InlineData("replace", "id % 5")]
    public async Task Copy_ServerIsKilledAtRandomMomentsAndComesBack_GoesOnByItself(string mode, string partitions)
    {
        await using var victims = new ShardedServersFixture();
        await victims.InitializeAsync();
        Trial trial = await PrepareAsync(victims.Endpoints[0], sql => victims.QueryAsync(0, sql), mode, partitions);
        var random = new Random(mode.Length * partitions.Length);
        using Process process = Command.Start([], trial.Command);
        Task<CommandResult> running = Command.FinishAsync(process);
        for (int kill = 0; kill < Math.Max(2, Kills / 3) && !running.IsCompleted; kill++)
        {
            await Task.Delay(random.Next(1_500), Token);
            using (Process victim = Process.GetProcessById(victims.ProcessId(0)))
                victim.Kill();
            await victims.RestartAsync(0);
        }

        CommandResult result = await running;
        Assert.True(result.ExitCode == 0, result.ToString());
        await CompleteAsync(trial, mode);
    }

    [Theory]
    [InlineData("create", "id % 5", Cut.BeforeRequest)]
    [InlineData("append", "id % 5", Cut.BeforeAnswer)]
    [InlineData("append", "", Cut.BeforeAnswer)]
    [InlineData("replace", "", Cut.BeforeAnswer)]
    public async Task Copy_ConnectionsBreakNowAndThen_GoesOnByItself(string mode, string partitions, Cut cut)
    {
        // As it begins, and amid the work of the second attempt.
        await using var proxy = new CuttingProxy(server.Endpoint, request => request is 15 or 60, cut);
        Trial trial = await PrepareAsync(proxy.Start(), Ask, mode, partitions);
        CommandResult result = await CompleteAsync(trial, mode);
        Assert.True(proxy.Cuts > 0, $"{proxy.Cuts} cuts");
        // A beat that is lost is no failure.
        Assert.InRange(result.Events[^1].GetProperty("retries").GetInt32(), 1, proxy.Cuts);
    }

    /// <summary>A table to copy, and a target that perhaps has rows of its own.</summary>
    /// <param name="endpoint">Of the target's server.</param>
    /// <param name="ask">Runs a statement there.</param>
    /// <param name="mode">Of the copy.</param>
    /// <param name="partitions">Partition key of the target; empty for none.</param>
    private async Task<Trial> PrepareAsync(Uri endpoint, Func<string, Task<string>> ask, string mode, string partitions)
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = Path.Combine(server.FilesDirectory, $"{database}-files");
        await server.QueryAsync(
            $"INSERT INTO FUNCTION file('{source}/{{_partition_id}}.parquet') PARTITION BY intDiv(id, {Rows / Files}) SELECT toInt64(number) AS id, toString(cityHash64(number)) AS text FROM numbers({Rows})", Token);
        await ask($"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic");
        if (mode != "create")
        {
            string key = partitions.Length > 0 ? $"PARTITION BY {partitions}" : "";
            await ask($"CREATE TABLE {database}.t (id Int64, text String) ENGINE = MergeTree {key} ORDER BY id");
            await ask($"INSERT INTO {database}.t SETTINGS async_insert = 0 SELECT -1 - number, 'before' FROM numbers(10)");
        }

        List<string> copy = ["copy", $"parquet:{source}", $"clickhouse://{endpoint.Authority}/{database}/t", "--mode", mode, "--chunk", "1MiB", "--verify", "--output", "json"];
        if (mode == "create")
            copy.AddRange(["--order-by", "id", .. partitions.Length > 0 ? (string[])["--partition-by", partitions] : []]);
        return new Trial(database, ask, [.. copy]);
    }

    private async Task<CommandResult> CompleteAsync(Trial trial, string mode)
    {
        CommandResult result = await Command.RunAsync(trial.Command);
        Assert.True(result.ExitCode == 0, result.ToString());
        int before = mode == "append" ? 10 : 0;
        Assert.Equal($"{Rows + before}\t{Rows + before}\t{Rows}", (await trial.Ask(
            $"SELECT count(), uniqExact(id), countIf(text = toString(cityHash64(toUInt64(id)))) FROM {trial.Database}.t")).TrimEnd());
        Assert.Equal("__bulkmover_ledger\nt", (await trial.Ask($"SELECT name FROM system.tables WHERE database = '{trial.Database}' ORDER BY name")).TrimEnd());
        // Afterwards its rows cannot be told from those that were there; the copy itself has compared them before.
        CommandResult verified = await Command.RunAsync("verify", trial.Command[1], trial.Command[2], "--output", "json");
        Assert.True(verified.ExitCode == (before > 0 ? 2 : 0), verified.ToString());
        return result;
    }

    private Task<string> Ask(string sql) => server.QueryAsync(sql, Token);

    private sealed record Trial(string Database, Func<string, Task<string>> Ask, string[] Command);
}
