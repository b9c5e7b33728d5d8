using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>Runs that stood still between two requests while another one brought all rows.</summary>
public sealed class StaleRunTests(ClickHouseServerFixture server)
{
    private readonly TargetRequest request = TargetFixture.Request(CopyMode.Append);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_TheOtherWasDoneAfterThisOneLookedForTheLast_IsRefused()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync(request);
        using ServerClient client = NewClient(TimeSpan.FromMinutes(10));

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => TransferLease.TakeAsync(client, TablesOf(target), lastEpoch: 0, endedEpoch: 0, after: 0, Stopping));

        Assert.Equal(("clickhouse.transfer_ran_meanwhile", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task TakeOver_TheOtherTookThisOneForDead_LeavesNoTableAndNoEntry()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        // It does not beat for as long as the test lasts, as a machine that was put to sleep.
        using ServerClient client = NewClient(TimeSpan.FromMinutes(10));
        await using ClickHouseTarget open = target.Open("t", TimeSpan.FromMinutes(10));
        var plan = (ClickHousePlan)await open.PlanAsync(request, Stopping);
        TransferRun asleep = await TransferRun.TakeAsync(client, TablesOf(target), plan, Stopping);
        await target.CopyAsync(request);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => asleep.TakeOverAsync(plan, notes: null, Stopping));
        await asleep.EndAfterAsync(error);

        Assert.Equal("clickhouse.transfer_ran_meanwhile", error.Code);
        Assert.Equal("__bulkmover_ledger t", await target.QueryAsync("SELECT arrayStringConcat(arraySort(groupArray(name)), ' ') FROM system.tables WHERE database = '{db}' AND NOT endsWith(name, '_lease')"));
        Assert.Equal("2", await target.QueryAsync("SELECT arrayStringConcat(groupUniqArray(toString(epoch)), ' ') FROM {db}.__bulkmover_ledger"));
        Assert.Equal("100", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Discard_TheOtherComesToItsEndWhileItIsWaitedFor_IsRefusedAndTheCopyStaysComplete()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t", TimeSpan.FromMinutes(10)), other = target.Open("t", TimeSpan.FromSeconds(3));
        await using TestLoad load = await TestLoad.BeginAsync(open, await open.PlanAsync(request, Stopping), target.Limits, Stopping);
        await load.SendAsync(target.Rows(0, 100));
        await load.ArriveAsync();

        Task discarding = other.DiscardAsync(request.Transfer, Stopping);
        await Task.Delay(TimeSpan.FromSeconds(1), Stopping);
        Assert.False(discarding.IsCompleted);
        await load.CommitAsync(100);

        Assert.Equal("clickhouse.transfer_complete", (await Assert.ThrowsAsync<InvalidInputException>(() => discarding)).Code);
        Assert.True((await other.PlanAsync(request, Stopping)).Earlier!.IsComplete);
    }

    /// <summary>The plan was made between two entries of one run, which tell the same epoch.</summary>
    [Fact]
    public async Task Take_TheOtherHasWrittenMoreInTheSameEpoch_IsRefused()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync(request);
        using ServerClient client = NewClient(TimeSpan.FromMilliseconds(200));
        await using ClickHouseTarget open = target.Open("t");
        var plan = (ClickHousePlan)await open.PlanAsync(request, Stopping);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => TransferRun.TakeAsync(client, TablesOf(target), plan with { Entries = plan.Entries - 1 }, Stopping));

        Assert.Equal("clickhouse.transfer_ran_meanwhile", error.Code);
    }

    private ServerClient NewClient(TimeSpan lease) => new(new ServerEndpoint(server.Endpoint, server.User, server.Password) { LeaseTimeout = lease });

    private TransferTables TablesOf(TargetFixture target) => new(new TableName(target.Database, "t"), request.Transfer);
}
