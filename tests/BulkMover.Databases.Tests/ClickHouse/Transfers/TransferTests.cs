using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>What the target remembers of a transfer, and who may go on with it.</summary>
public sealed class TransferTests(ClickHouseServerFixture server)
{
    private readonly TargetRequest request = TargetFixture.Request(CopyMode.Append);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Begin_TheSameTransferIsRunning_IsRefused()
    {
        using TargetFixture target = await NewAsync();
        await using ClickHouseTarget first = Open(target, TimeSpan.FromSeconds(2));
        await using TestLoad load = await BeginAsync(target, first);

        await using ClickHouseTarget second = Open(target, TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<TargetException>(() => BeginAsync(target, second));

        Assert.Equal("clickhouse.transfer_running", error.Code);
        Assert.Contains($"process {Environment.ProcessId} on ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_AnotherRunTookTheTransferOverMeanwhile_BringsNoRow()
    {
        using TargetFixture target = await NewAsync();
        // It does not beat for as long as the test lasts, as a machine that was put to sleep.
        await using ClickHouseTarget asleep = Open(target, TimeSpan.FromMinutes(10));
        TestLoad old = await BeginAsync(target, asleep);
        await old.SendAsync(target.Rows(0, 100));
        await old.ArriveAsync();
        await old.SendAsync(target.Rows(100, 100));

        await using ClickHouseTarget awake = Open(target, TimeSpan.FromMilliseconds(200));
        await using TestLoad load = await BeginAsync(target, awake);
        (long number, ArrivedChunk arrived) = Assert.Single(load.Arrived);
        Assert.Equal((0, 100), (number, arrived.Rows));
        Assert.Equal(TestLoad.Tasks, arrived.Tasks.ToArray());
        await Assert.ThrowsAnyAsync<BulkMoverException>(() => old.ArriveAsync());
        await load.SendAsync(target.Rows(100, 100));
        await load.ArriveAsync();
        await Assert.ThrowsAnyAsync<BulkMoverException>(() => old.CommitAsync(100));
        Assert.Equal(200, await load.CommitAsync(200));

        Assert.Equal("200\t200", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        await old.DisposeAsync();
        Assert.Equal("200", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Begin_AnotherRunCameAndWentSinceThePlan_AsksForANewPlan()
    {
        using TargetFixture target = await NewAsync();
        TargetPlan stale = await PlanAsync(target);
        await target.CopyAsync(request);
        await using ClickHouseTarget open = Open(target);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => TestLoad.BeginAsync(open, stale, target.Limits, Stopping));
        Assert.Equal(("clickhouse.transfer_ran_meanwhile", true), (error.Code, error.IsTransient));
        Assert.True((await PlanAsync(target)).Earlier!.IsComplete);
        Assert.Equal("100", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Plan_TheTransferIsComplete_SaysSo()
    {
        using TargetFixture target = await NewAsync();
        await target.CopyAsync(request);
        await using ClickHouseTarget open = Open(target);
        TargetPlan plan = await open.PlanAsync(request, Stopping);
        TransferRecord record = Assert.Single(await open.TransfersAsync(Stopping));
        Assert.Equal(record, plan.Earlier);
        Assert.Equal((request.Transfer, "t", request.Origin, CopyMode.Append, true, 1, 100), (record.Transfer, record.Table, record.Origin, record.Mode, record.IsComplete, record.Chunks, record.Rows));
        Assert.InRange(record.LastAt - record.BegunAt, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("DROP TABLE {db}.t SYNC")]
    [InlineData("TRUNCATE TABLE {db}.t")]
    public async Task Plan_SomebodyThrewTheRowsAway_BeginsAnew(string statement)
    {
        using TargetFixture target = await NewAsync();
        await target.CopyAsync(request);
        await target.QueryAsync(statement);
        Assert.Null((await PlanAsync(target)).Earlier);
        await target.CopyAsync(request);
        Assert.Equal("100", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Plan_Restart_ForgetsWhatHadArrived()
    {
        using TargetFixture target = await NewAsync();
        await AbandonAsync(target);
        Assert.Equal(100, (await PlanAsync(target)).Earlier!.Rows);
        await using ClickHouseTarget open = Open(target);
        TargetPlan plan = await open.PlanAsync(request with { Restart = true }, Stopping);
        Assert.Null(plan.Earlier);
        await using TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping);
        Assert.Empty(load.Arrived);
    }

    [Fact]
    public async Task Discard_UnfinishedTransfer_LeavesNothingOfIt()
    {
        using TargetFixture target = await NewAsync();
        await AbandonAsync(target);
        Assert.NotEqual("", await target.TablesAsync());
        await using ClickHouseTarget open = Open(target);
        Assert.False(Assert.Single(await open.TransfersAsync(Stopping)).IsComplete);
        await open.DiscardAsync(request.Transfer, Stopping);
        Assert.Empty(await open.TransfersAsync(Stopping));
        Assert.Equal("", await target.TablesAsync());
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => open.DiscardAsync(request.Transfer, Stopping));
        Assert.Equal("clickhouse.transfer_unknown", error.Code);
    }

    /// <summary>Dropped without SYNC, its bytes would stay for eight minutes.</summary>
    [Fact]
    public async Task Discard_WhatHadArrivedIsInUse_WaitsUntilItIsFree()
    {
        using TargetFixture target = await NewAsync();
        await AbandonAsync(target);
        Task reading = await ReadSlowlyAsync(target, await StagingAsync(target), TimeSpan.FromSeconds(6));
        await using ClickHouseTarget open = Open(target);

        await open.DiscardAsync(request.Transfer, Stopping);

        await reading.WaitAsync(TimeSpan.FromSeconds(3), Stopping);
    }

    /// <summary>Rows that people have seen stay for those eight minutes.</summary>
    [Fact]
    public async Task Discard_RunEndedBehindTheExchange_TheOldTableIsDroppedWithoutWaiting()
    {
        using TargetFixture target = await NewAsync();
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        await target.QueryAsync("INSERT INTO {db}.t SETTINGS async_insert = 0 SELECT -number, 'theirs' FROM numbers(100)");
        TargetRequest replace = TargetFixture.Request(CopyMode.Replace);
        await using ClickHouseTarget open = Open(target);
        await using (TestLoad load = await TestLoad.BeginAsync(open, await open.PlanAsync(replace, Stopping), target.Limits, Stopping))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
        }

        string staging = await StagingAsync(target);
        await target.QueryAsync($"EXCHANGE TABLES {{db}}.{staging} AND {{db}}.t");
        Task reading = await ReadSlowlyAsync(target, staging, TimeSpan.FromSeconds(15));

        await open.DiscardAsync(replace.Transfer, Stopping);

        Assert.False(reading.IsCompleted);
        Assert.Equal("t", await target.TablesAsync());
        await target.QueryAsync("KILL QUERY WHERE startsWith(query, 'SELECT sleepEachRow(0.2) FROM {db}.') SYNC");
        await reading.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Theory]
    [InlineData("INSERT INTO {staging} SETTINGS async_insert = 0 VALUES (1, 'theirs')")]
    [InlineData("TRUNCATE TABLE {staging}")]
    public async Task Begin_SomebodyChangedWhatHadArrived_IsRefused(string statement)
    {
        using TargetFixture target = await NewAsync();
        await AbandonAsync(target);
        string staging = await StagingAsync(target);
        await target.QueryAsync(statement.Replace("{staging}", $"{{db}}.{staging}", StringComparison.Ordinal));
        await using ClickHouseTarget open = Open(target);
        var error = await Assert.ThrowsAsync<TargetException>(() => BeginAsync(target, open));
        Assert.Equal("clickhouse.staging_changed", error.Code);
        Assert.Contains("--restart", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Begin_TwoAtTheSameMoment_NeverBothGoOn()
    {
        for (int i = 0; i < 8; i++)
        {
            using TargetFixture target = await NewAsync();
            await using ClickHouseTarget first = Open(target, TimeSpan.FromSeconds(1)), second = Open(target, TimeSpan.FromSeconds(1));
            Task<TestLoad>[] both = [BeginAsync(target, first), BeginAsync(target, second)];
            await Task.WhenAll(both).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.InRange(both.Count(begun => begun.IsCompletedSuccessfully), 0, 1);
            foreach (Task<TestLoad> begun in both)
            {
                if (begun.IsCompletedSuccessfully)
                    await (await begun).DisposeAsync();
                else
                    Assert.Contains(((BulkMoverException)begun.Exception!.InnerException!).Code, (string[])["clickhouse.transfer_running", "clickhouse.transfer_ran_meanwhile"]);
            }
        }
    }

    [Fact]
    public async Task Restart_SomeRowsAreVisibleAlready_IsRefusedAndThePlainRunBringsTheRest()
    {
        using TargetFixture target = await NewAsync();
        await HalfPublishAsync(target);
        await using ClickHouseTarget open = Open(target);
        TargetPlan restart = await open.PlanAsync(request with { Restart = true }, Stopping);
        var error = await Assert.ThrowsAsync<TargetException>(() => TestLoad.BeginAsync(open, restart, target.Limits, Stopping));
        Assert.Equal("clickhouse.publication_begun", error.Code);
        error = await Assert.ThrowsAsync<TargetException>(() => open.DiscardAsync(request.Transfer, Stopping));
        Assert.Equal("clickhouse.publication_begun", error.Code);

        await using TestLoad load = await BeginAsync(target, open);
        Assert.Equal(100, await load.CommitAsync(100));
        Assert.Equal("100\t100", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Commit_TheTableWasDroppedAmidThePublication_IsRefused()
    {
        using TargetFixture target = await NewAsync();
        await HalfPublishAsync(target);
        await target.QueryAsync("DROP TABLE {db}.t SYNC");
        await using ClickHouseTarget open = Open(target);
        await using TestLoad load = await BeginAsync(target, open);
        var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(100));
        Assert.Equal("clickhouse.target_changed", error.Code);
    }

    [Fact]
    public async Task Begin_OtherColumnsThanWhenItBegan_IsRefused()
    {
        using TargetFixture target = await NewAsync();
        await AbandonAsync(target);
        await using ClickHouseTarget open = Open(target);
        var wider = new Apache.Arrow.Schema([.. TargetFixture.Simple.FieldsList, new Apache.Arrow.Field("more", Apache.Arrow.Types.Int64Type.Default, true)], null);
        TargetPlan plan = await open.PlanAsync(request with { Schema = wider }, Stopping);
        var error = await Assert.ThrowsAsync<TargetException>(() => TestLoad.BeginAsync(open, plan, target.Limits, Stopping));
        Assert.Equal("clickhouse.schema_changed", error.Code);
    }

    [Fact]
    public async Task Discard_CompleteTransfer_IsRefusedForItKeepsTheCopyFromComingTwice()
    {
        using TargetFixture target = await NewAsync();
        await target.CopyAsync(request);
        await using ClickHouseTarget open = Open(target);
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => open.DiscardAsync(request.Transfer, Stopping));
        Assert.Equal("clickhouse.transfer_complete", error.Code);
        Assert.True((await PlanAsync(target)).Earlier!.IsComplete);
    }

    private static Task<string> StagingAsync(TargetFixture target) => target.QueryAsync("SELECT name FROM system.tables WHERE database = '{db}' AND match(name, '_e[0-9]+$')");

    /// <summary>A query that has the table open for so long.</summary>
    private static async Task<Task> ReadSlowlyAsync(TargetFixture target, string table, TimeSpan time)
    {
        Task<string> reading = target.QueryAsync($"SELECT sleepEachRow(0.2) FROM {{db}}.{table} LIMIT {time.TotalSeconds / 0.2:F0} SETTINGS function_sleep_max_microseconds_per_block = 60000000");
        while (await target.QueryAsync($"SELECT count() FROM system.processes WHERE startsWith(query, 'SELECT sleepEachRow') AND position(query, '{table}') > 0") == "0")
            Assert.False(reading.IsCompleted);
        return reading;
    }

    private async Task<TargetFixture> NewAsync() => await TargetFixture.NewAsync(server);

    private ClickHouseTarget Open(TargetFixture target, TimeSpan? lease = null) => target.Open("t", lease ?? TimeSpan.FromMilliseconds(200));

    private async Task<TargetPlan> PlanAsync(TargetFixture target)
    {
        await using ClickHouseTarget open = Open(target);
        return await open.PlanAsync(request, Stopping);
    }

    private async Task<TestLoad> BeginAsync(TargetFixture target, ClickHouseTarget open) =>
        await TestLoad.BeginAsync(open, await open.PlanAsync(request, Stopping), target.Limits, Stopping);

    /// <summary>A chunk of two partitions has arrived, one of which is in the target already when the run ends.</summary>
    private async Task HalfPublishAsync(TargetFixture target)
    {
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree PARTITION BY id % 2 ORDER BY id");
        await AbandonAsync(target);
        string staging = await StagingAsync(target);
        string uuid = await target.QueryAsync("SELECT uuid FROM system.tables WHERE database = '{db}' AND name = 't'");
        string entry = $$$"""{"Destination":"{{{uuid}}}","BecomesTarget":false,"LastBlocks":{"0":0,"1":0}}""";
        await target.QueryAsync("INSERT INTO {db}.__bulkmover_ledger (target, transfer, epoch, place, kind, entry) SETTINGS async_insert = 0 "
            + $"VALUES ('t', '{request.Transfer}', 1, 1000, 'publishing', '{entry}')");
        await target.QueryAsync($"ALTER TABLE {{db}}.{staging} MOVE PARTITION ID '1' TO TABLE {{db}}.t");
    }

    /// <summary>One chunk arrives, and then the run ends.</summary>
    private async Task AbandonAsync(TargetFixture target)
    {
        await using ClickHouseTarget open = Open(target);
        await using TestLoad load = await BeginAsync(target, open);
        await load.SendAsync(target.Rows(0, 100));
        await load.ArriveAsync();
    }
}
