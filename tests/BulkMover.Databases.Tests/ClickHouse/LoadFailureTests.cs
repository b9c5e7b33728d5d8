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
        TargetPlan plan = await open.PlanAsync(new TargetRequest(TargetFixture.Simple, CopyMode.Create, []), Stopping);
        using var stop = new CancellationTokenSource();
        ITargetLoad load = await open.BeginAsync(target.Transfer, plan, target.Limits, stop.Token);
        await TargetFixture.SendAsync(load, target.Rows(0, 1000));
        await stop.CancelAsync();
        foreach (IEncodedBlock block in load.Encode(target.Rows(0, 1000)))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.SendAsync(block, 0, stop.Token));
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
            TargetPlan plan = await open.PlanAsync(new TargetRequest(TargetFixture.Simple, CopyMode.Create, []), Stopping);
            ITargetLoad load = await open.BeginAsync(rows.Transfer, plan, rows.Limits, Stopping);
            await TargetFixture.SendAsync(load, rows.Rows(0, 1000));
            using (Process process = Process.GetProcessById(victim.ProcessId))
                process.Kill();

            async Task SendOnAsync()
            {
                while (true)
                    await TargetFixture.SendAsync(load, rows.Rows(0, 1000));
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
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => open.PlanAsync(new TargetRequest(TargetFixture.Simple, CopyMode.Create, []), Stopping));
        Assert.Equal("clickhouse.unreachable", error.Code);
    }

    [Fact]
    public async Task Begin_EarlierRunDiedWhileLoading_DropsWhatItLeft()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync($"CREATE TABLE {{db}}.t__bulkmover_{target.Transfer} ENGINE = MergeTree ORDER BY () AS SELECT 1 AS left_over");
        await target.CopyAsync("t", CopyMode.Create, target.Rows(0, 10));
        Assert.Equal("10", await target.QueryAsync("SELECT count() FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Fact]
    public async Task Begin_EarlierRunDiedWhileMovingParts_IsRefusedRatherThanCopiedTwice()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync("t", CopyMode.Create, target.Rows(0, 10));
        await target.QueryAsync($"CREATE TABLE {{db}}.t__bulkmover_{target.Transfer}_sealed AS {{db}}.t");
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(new TargetRequest(TargetFixture.Simple, CopyMode.Append, []), Stopping);
        var error = await Assert.ThrowsAsync<TargetException>(() => open.BeginAsync(target.Transfer, plan, target.Limits, Stopping));
        Assert.Equal("clickhouse.publication_interrupted", error.Code);
        Assert.Equal("10", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Commit_StagingTableWasDropped_SaysSo()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(new TargetRequest(TargetFixture.Simple, CopyMode.Create, []), Stopping);
        await using ITargetLoad load = await open.BeginAsync(target.Transfer, plan, target.Limits, Stopping);
        await load.FlushAsync(Stopping);
        await target.QueryAsync($"DROP TABLE {{db}}.t__bulkmover_{target.Transfer}");
        await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(0, Stopping));
    }
}
