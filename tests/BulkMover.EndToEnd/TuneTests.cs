using System.Diagnostics;
using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Samples that are copied beside a table, which stays as it is.</summary>
public sealed class TuneTests(ClickHouseServerFixture server) : IDisposable
{
    private const string Rows = "SELECT number AS id, toString(cityHash64(number)) AS text FROM numbers(300000)";

    private readonly string directory = Directory.CreateTempSubdirectory("bulkmover-tune-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Tune_TableWithRows_TellsPointsAndOptionsDrawsThemAndLeavesTheTableAsItWas()
    {
        (string[] tune, string database) = await PrepareAsync("SELECT number AS id, toString(number) AS text FROM numbers(7)");
        string plot = Path.Combine(directory, "plot.svg");

        CommandResult result = await Command.RunAsync([.. tune, "--plot", plot]);

        Assert.True(result.ExitCode == 0, result.ToString());
        JsonElement[] points = [.. result.Events.Where(e => e.GetProperty("event").GetString() == "point")];
        Assert.Equal(["degrees", "blocks", "selfTuned"], points.Select(Of).Distinct());
        Assert.All(points, point => Assert.True(point.GetProperty("rowsPerSecond").GetDouble() > 0, point.ToString()));
        Assert.All(points, point => Assert.True(point.GetProperty("cpuSecondsPerMillionRows").GetDouble() > 0, point.ToString()));
        Assert.All(points, point => Assert.True(point.GetProperty("peakMemoryBytes").GetDouble() > 0, point.ToString()));
        Assert.Equal(3, points.Select(point => point.GetProperty("blockRows").GetInt32()).Distinct().Count());
        JsonElement finished = result.Events[^1];
        Assert.Equal("finished", finished.GetProperty("event").GetString());
        Assert.Equal(points.Where(point => Of(point) == "blocks").Max(point => point.GetProperty("rowsPerSecond").GetDouble()), finished.GetProperty("rowsPerSecond").GetDouble());
        Assert.True(finished.GetProperty("short").GetBoolean(), "A copy of a moment was taken for a measurement.");
        Assert.StartsWith("<?xml", await File.ReadAllTextAsync(plot, Token));
        await AssertNothingIsLeftAsync(database, "7\t21\n");
    }

    [Fact]
    public async Task Tune_KilledAndThenInterrupted_StopsAndLeavesNothingOfBoth()
    {
        (string[] tune, string database) = await PrepareAsync("SELECT number AS id, toString(number) AS text FROM numbers(7)");
        using (Process killed = await StartAsync(tune, samples: 3))
        {
            killed.Kill();
            await killed.WaitForExitAsync(Token);
        }

        using Process stopped = await StartAsync(tune, samples: 2);
        using (Process interrupt = Process.Start("kill", ["-INT", $"{stopped.Id}"]))
            await interrupt.WaitForExitAsync(Token);
        CommandResult result = await Command.FinishAsync(stopped);

        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.EndsWith("stopped\n", result.Error);
        await AssertNothingIsLeftAsync(database, "7\t21\n");
    }

    [Fact]
    public async Task Tune_NoRows_IsRefused()
    {
        (string[] tune, string database) = await PrepareAsync("SELECT number AS id, toString(number) AS text FROM numbers(7)");

        CommandResult result = await Command.RunAsync([.. tune, "--where", "id < 0"]);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("tune.no_rows", result.Error);
        await AssertNothingIsLeftAsync(database, "7\t21\n");
    }

    private static string? Of(JsonElement point) => point.GetProperty("of").GetString();

    private async Task<(string[] Tune, string Database)> PrepareAsync(string rows)
    {
        string source = await server.WriteFileAsync("tune.parquet", Rows, Token);
        string database = await server.NewDatabaseAsync(Token);
        await server.QueryAsync($"CREATE TABLE {database}.t ENGINE = MergeTree ORDER BY id PARTITION BY id % 3 AS {rows}", Token);
        return (["tune", $"parquet:{source}", server.Address(database, "t"), "--output", "json"], database);
    }

    private async Task AssertNothingIsLeftAsync(string database, string rows)
    {
        Assert.Equal(rows, await server.QueryAsync($"SELECT count(), sum(id) FROM {database}.t", Token));
        Assert.Equal("__bulkmover_ledger\nt\n", await server.QueryAsync($"SELECT name FROM system.tables WHERE database = '{database}' ORDER BY name", Token));
        CommandResult transfers = await Command.RunAsync("transfers", server.Address(database, "t"), "--output", "json");
        Assert.True(transfers.ExitCode == 0, transfers.ToString());
        Assert.Empty(transfers.Events);
    }

    /// <summary>Runs until so many samples are told.</summary>
    private static async Task<Process> StartAsync(string[] tune, int samples)
    {
        Process process = Command.Start([], tune);
        while (await process.StandardOutput.ReadLineAsync(Token) is { } line && !line.Contains($"sample {samples} ", StringComparison.Ordinal))
            Assert.False(process.HasExited);
        return process;
    }
}
