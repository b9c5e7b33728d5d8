using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.Tests.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

public sealed class LoadFailureTests(ClickHouseServerFixture server)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_ServerRefusesRows_ReportsItsReasonAndLeavesNothing()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String), CONSTRAINT few CHECK id < 150000) ENGINE = MergeTree ORDER BY ()");
        var error = await Assert.ThrowsAsync<TargetException>(() =>
            target.CopyAsync("t", CopyMode.Append, target.Rows(0, 100_000), target.Rows(100_000, 100_000), target.Rows(200_000, 1000)));
        Assert.Contains("Constraint `few`", error.Message, StringComparison.Ordinal);
        Assert.Equal("0", await target.QueryAsync("SELECT count() FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Fact]
    public async Task Load_PartitionedAndServerRefusesRows_FreesWhatIsHeld()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String), CONSTRAINT few CHECK id < 5) ENGINE = MergeTree PARTITION BY id % 7 ORDER BY ()");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.CopyAsync("t", CopyMode.Append, target.Rows(0, 1000), target.Rows(0, 1000)));
        Assert.Contains("Constraint `few`", error.Message, StringComparison.Ordinal);
        Assert.Equal("t", await target.TablesAsync());
    }

    [Fact]
    public async Task Load_Cancelled_LeavesNothingAndEndsSoon()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
        using var stop = new CancellationTokenSource();
        TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, stop.Token);
        await load.SendAsync(target.Rows(0, 1000));
        await stop.CancelAsync();
        foreach (IEncodedBlock block in load.Encode(target.Rows(0, 1000)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.SendAsync(block, stop.Token));
        await load.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2), Stopping);
        Assert.Equal("", await target.TablesAsync());
    }

    [Fact]
    public async Task Load_ServerIsKilled_FailsInBoundedTime()
    {
        string data = Directory.CreateTempSubdirectory("bulkmover-killed-").FullName;
        try
        {
            await using EmbeddedServer victim = await EmbeddedServer.StartAsync(new EmbeddedServerOptions(data, TestHost.OfTests()), Stopping);
            using var rows = new TargetFixture(server, "default");
            var endpoint = new ServerEndpoint(victim.Endpoint, "default", "");
            await using var open = ClickHouseTarget.Of(endpoint, new TableName("default", "t"), new ClickHouseTableOptions());
            TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
            TestLoad load = await TestLoad.BeginAsync(open, plan, rows.Limits, Stopping);
            await load.SendAsync(rows.Rows(0, 1000));
            using (Process process = Process.GetProcessById(victim.ProcessId))
                process.Kill();

            async Task SendOnAsync()
            {
                while (true)
                    await load.SendAsync(rows.Rows(0, 1000));
            }

            var error = await Assert.ThrowsAsync<EnvironmentException>(() => SendOnAsync().WaitAsync(TimeSpan.FromSeconds(10), Stopping));
            Assert.True(error.IsTransient);
            error = await Assert.ThrowsAsync<EnvironmentException>(() => load.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), Stopping));
            Assert.Equal("clickhouse.unreachable", error.Code);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Plan_ServerIsNotThere_SaysSo()
    {
        Uri gone;
        await using (var brief = new ScriptedServer(ScriptedServer.Answer("")))
            gone = brief.Endpoint;
        await using var open = ClickHouseTarget.Of(new ServerEndpoint(gone, "default", ""), new TableName("a", "b"), new ClickHouseTableOptions());
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => open.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping));
        Assert.Equal("clickhouse.unreachable", error.Code);
    }
}
