using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Shards;

/// <summary>What the shards remember of a transfer together, and who may go on with it.</summary>
public sealed class ShardedTransferTests(ShardedServersFixture servers) : IClassFixture<ShardedServersFixture>
{
    private readonly TargetRequest request = TargetFixture.Request(CopyMode.Append);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfers_OneChunkOfTwoHasArrived_ShowsItOnceForAllShards()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await ArriveAsync(target, target.Rows(0, 100));
        await using ClickHouseTarget open = target.Open();
        TransferRecord record = Assert.Single(await open.TransfersAsync(Stopping));
        Assert.Equal((request.Transfer, "t", false, 1, 100), (record.Transfer, record.Table, record.IsComplete, record.Chunks, record.Rows));

        await target.CopyAsync(request, target.Rows(0, 100), target.Rows(100, 50));
        record = Assert.Single(await open.TransfersAsync(Stopping));
        Assert.Equal((true, 2, 150), (record.IsComplete, record.Chunks, record.Rows));
        Assert.Equal(record, (await open.PlanAsync(request, Stopping)).Earlier);
        Assert.Equal("150\t150", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Transfers_CopyIntoTheTableOfOneShard_IsNotOfTheDistributedTable()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await using (ClickHouseTarget local = target.Open("l"))
        await using (TestLoad load = await target.BeginAsync(local, request))
        {
            await load.SendAsync(target.Rows(0, 10));
            await load.ArriveAsync();
        }

        await using ClickHouseTarget open = target.Open();
        Assert.Empty(await open.TransfersAsync(Stopping));
    }

    [Fact]
    public async Task Discard_UnfinishedTransfer_LeavesNothingOfItOnAnyShard()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await ArriveAsync(target, target.Rows(0, 100));
        await using ClickHouseTarget open = target.Open();
        await open.DiscardAsync(request.Transfer, Stopping);
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
        Assert.Empty(await open.TransfersAsync(Stopping));
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => open.DiscardAsync(request.Transfer, Stopping));
        Assert.Equal("clickhouse.transfer_unknown", error.Code);
    }

    [Fact]
    public async Task Begin_ChunkArrivedOnTheFirstShardOnly_ComesAgainAndIsThrownAwayThere()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, "rand()");
        await using (ClickHouseTarget open = target.Open())
        await using (TestLoad load = await target.BeginAsync(open, request))
        {
            await load.SendAsync(target.Rows(0, 100));
            await target.QueryAsync(1, "RENAME TABLE {db}.__bulkmover_ledger TO {db}.away");
            await Assert.ThrowsAsync<TargetException>(() => load.ArriveAsync());
            Assert.Empty(load.Arrived);
            await target.QueryAsync(1, "RENAME TABLE {db}.away TO {db}.__bulkmover_ledger");
        }

        await using (ClickHouseTarget open = target.Open())
            Assert.Equal(0, Assert.Single(await open.TransfersAsync(Stopping)).Chunks);
        await target.CopyAsync(request, target.Rows(0, 100), target.Rows(100, 100));
        Assert.Equal("200\t200", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }

    [Theory]
    [InlineData(ShardedServersFixture.Uneven, "cityHash64(id)")]
    [InlineData(ShardedServersFixture.Even, "intHash64(id)")]
    public async Task Begin_RowsBelongElsewhereThanWhenItBegan_IsRefused(string cluster, string key)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await ArriveAsync(target, target.Rows(0, 100));
        await target.QueryAsync(0, "DROP TABLE {db}.t");
        await target.QueryAsync(0, $"CREATE TABLE {{db}}.t AS {{db}}.l ENGINE = Distributed('{cluster}', '{{db}}', 'l', {key})");
        await using (ClickHouseTarget open = target.Open())
        {
            var error = await Assert.ThrowsAsync<TargetException>(() => target.BeginAsync(open, request));
            Assert.Equal("clickhouse.shards_changed", error.Code);
            Assert.Contains("by cityHash64(id), and now goes to shard 1 of 2", error.Message, StringComparison.Ordinal);
        }

        await target.CopyAsync(request with { Restart = true }, target.Rows(0, 100));
        Assert.Equal("100\t100", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Begin_TheSameTransferIsRunning_IsRefused()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await using ClickHouseTarget first = target.Open();
        await using TestLoad load = await target.BeginAsync(first, request);
        await using ClickHouseTarget second = target.Open();
        var error = await Assert.ThrowsAsync<TargetException>(() => target.BeginAsync(second, request));
        Assert.Equal("clickhouse.transfer_running", error.Code);
        await load.SendAsync(target.Rows(0, 100));
        await load.ArriveAsync();
        Assert.Equal(100, await load.CommitAsync(100));
    }

    [Fact]
    public async Task Commit_TheFirstShardRefuses_OnlyThePlainRunMayBringTheRest()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        TargetRequest create = request with { Mode = CopyMode.Create };
        await using ClickHouseTarget open = target.Open();
        await using (TestLoad load = await target.BeginAsync(open, create))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
            await target.QueryAsync(0, "INSERT INTO {db}.l VALUES (-1, 'theirs')");
            var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(100));
            Assert.Equal("clickhouse.table_not_empty", error.Code);
        }

        await target.QueryAsync(0, "TRUNCATE TABLE {db}.l");
        Assert.False(Assert.Single(await open.TransfersAsync(Stopping)).IsComplete);
        var restart = await Assert.ThrowsAsync<TargetException>(() => open.PlanAsync(create with { Restart = true }, Stopping));
        var discard = await Assert.ThrowsAsync<TargetException>(() => open.DiscardAsync(request.Transfer, Stopping));
        Assert.Equal(("clickhouse.publication_begun", "clickhouse.publication_begun"), (restart.Code, discard.Code));
        await target.CopyAsync(create, target.Rows(0, 100));
        Assert.Equal("100\t100", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Theory]
    [InlineData("cityHash64(id)")]
    [InlineData("0")] // No row comes to the second shard, so that nobody can throw its rows away.
    public async Task Plan_SomebodyThrewTheRowsAwayOnAllShards_BeginsAnew(string key)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, key);
        await target.CopyAsync(request, target.Rows(0, 100));
        await target.QueryAllAsync("TRUNCATE TABLE {db}.l");
        await target.CopyAsync(request, target.Rows(0, 100));
        Assert.Equal("100\t100", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Plan_SomebodyThrewTheRowsAwayOnOneShard_IsRefused()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await target.CopyAsync(request, target.Rows(0, 100));
        await target.QueryAsync(1, "TRUNCATE TABLE {db}.l");
        await using ClickHouseTarget open = target.Open();
        var error = await Assert.ThrowsAsync<TargetException>(() => open.PlanAsync(request, Stopping));
        Assert.Equal("clickhouse.shards_disagree", error.Code);
    }

    [Theory]
    [InlineData("cityHash64(id)")]
    [InlineData("rand()")]
    public async Task Compare_RowIsChangedOnOneShard_ShowsItForAllTogether(string key)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, key);
        await ArriveAsync(target, target.Rows(0, 100));
        await target.CopyAsync(request with { Verify = true }, target.Rows(0, 100), target.Rows(100, 100));
        await using ClickHouseTarget open = target.Open();
        Comparison equal = (await open.CompareAsync(request.Transfer, Stopping))!;
        Assert.True(equal.IsEqual);
        Assert.Equal(200, equal.Target.Rows);
        Assert.Equal(equal.Source, (await ReadAsync(open, target)).Source);
        Assert.True((await ReadAsync(open, target)).IsEqual);

        await target.QueryAsync(1, "ALTER TABLE {db}.l UPDATE name = 'other' WHERE id IN (SELECT min(id) FROM {db}.l) SETTINGS mutations_sync = 1");
        Assert.Equal("the shards together", Assert.Single((await open.CompareAsync(request.Transfer, Stopping))!.Differences).Place);
        Assert.False((await ReadAsync(open, target)).IsEqual);
    }

    [Fact]
    public async Task Commit_RowIsChangedBeforeItIsVisible_IsRefused()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await using ClickHouseTarget open = target.Open();
        await using (TestLoad load = await target.BeginAsync(open, request with { Verify = true }))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
            string staging = await target.QueryAsync(1, "SELECT name FROM system.tables WHERE database = '{db}' AND startsWith(name, 'l__bulkmover') AND engine = 'MergeTree'");
            await target.QueryAsync(1, $"ALTER TABLE {{db}}.`{staging}` UPDATE name = 'other' WHERE 1 SETTINGS mutations_sync = 1");
            await Assert.ThrowsAsync<RowsDifferException>(() => load.CommitAsync(100));
        }

        Assert.Equal(["0", "0"], await target.QueryAllAsync("SELECT count() FROM {db}.l"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_AShardIsKilled_MayBeTriedAgainAndBringsEachRowOnce(bool isOnTheWay)
    {
        await using var victims = new ShardedServersFixture();
        await victims.InitializeAsync();
        using ShardedFixture target = await ShardedFixture.NewAsync(victims);
        await ArriveAsync(target, target.Rows(0, 100));
        await using (ClickHouseTarget open = target.Open())
        await using (ITargetLoad load = await open.BeginAsync(await open.PlanAsync(request, Stopping), new LoadLimits(1, 1 << 20), Stopping))
        await using (IChunkLoad chunk = await load.BeginChunkAsync(1, Stopping))
        {
            if (isOnTheWay)
                await SendAsync();
            using (Process victim = Process.GetProcessById(victims.ProcessId(1)))
                victim.Kill();
            var error = await Assert.ThrowsAsync<EnvironmentException>(async () =>
            {
                if (!isOnTheWay)
                    await SendAsync();
                await chunk.CommitAsync(100, TestLoad.Tasks, Stopping);
            });
            Assert.True(error.IsTransient, error.ToString());
            await victims.RestartAsync(1);

            async Task SendAsync()
            {
                foreach (IEncodedBlock block in load.Encode(target.Rows(100, 100)))
                    await chunk.SendAsync(block, 0, Stopping);
            }
        }

        await target.CopyAsync(request, target.Rows(0, 100), target.Rows(100, 100));
        Assert.Equal("200\t200", await target.QueryAsync(0, "SELECT count(), uniqExact(id) FROM {db}.t"));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }

    /// <summary>Compares the Distributed table with rows that are read again.</summary>
    private static async Task<Comparison> ReadAsync(ClickHouseTarget open, ShardedFixture target)
    {
        SourceComparison comparison = open.NewComparison();
        TargetPlan plan = await comparison.Reading.PlanAsync(TargetFixture.Request(CopyMode.Append), Stopping);
        await using TestLoad load = new(await comparison.Reading.BeginAsync(plan, new LoadLimits(1, 1 << 20), Stopping));
        await load.SendAsync(target.Rows(0, 200));
        await load.ArriveAsync();
        await load.CommitAsync(200);
        return comparison.Result!;
    }

    /// <summary>A run that ends when a chunk has arrived.</summary>
    private async Task ArriveAsync(ShardedFixture target, Apache.Arrow.RecordBatch rows)
    {
        await using ClickHouseTarget open = target.Open();
        await using TestLoad load = await target.BeginAsync(open, request);
        await load.SendAsync(rows);
        await load.ArriveAsync();
    }
}
