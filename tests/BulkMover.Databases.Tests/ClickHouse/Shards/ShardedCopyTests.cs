using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Shards;

/// <summary>Copies into a Distributed table over two real servers.</summary>
public sealed class ShardedCopyTests(ShardedServersFixture servers) : IClassFixture<ShardedServersFixture>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cityHash64(id)", ShardedServersFixture.Even, "cityHash64(id) % 2 = {0}")]
    [InlineData("cityHash64(id)", ShardedServersFixture.Macro, "cityHash64(id) % 2 = {0}")]
    [InlineData("id", ShardedServersFixture.Uneven, "(id % 4 > 0) = {0}")]
    [InlineData("intDiv(id, 10) + length('a,b)')", ShardedServersFixture.Uneven, "((intDiv(id, 10) + 4) % 4 > 0) = {0}")]
    public async Task Copy_DistributedTable_BringsEachRowToTheShardOfItsKey(string key, string cluster, string isThere)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, key, cluster);
        await target.CopyAsync(TargetFixture.Request(CopyMode.Create), target.Rows(0, 1000), target.Rows(1000, 500));
        for (int shard = 0; shard < 2; shard++)
            Assert.Equal("1", await target.QueryAsync(shard, $"SELECT count() > 100 AND min({string.Format(CultureInfo.InvariantCulture, isThere, shard)}) FROM {{db}}.l"));
        Assert.Equal("1500\t1500\t1124250\t1000", await target.QueryAsync(0, "SELECT count(), uniqExact(id), sum(id), count(name) FROM {db}.t"));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }

    [Theory]
    [InlineData(CopyMode.Create, 0)]
    [InlineData(CopyMode.Append, 100)]
    [InlineData(CopyMode.Replace, 0)]
    public async Task Copy_EachMode_DoesOnEveryShardWhatItDoesOnOneTable(CopyMode mode, int before)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, local: "ENGINE = ReplacingMergeTree PARTITION BY id % 3 ORDER BY id");
        if (mode != CopyMode.Create)
            await target.QueryAllAsync("INSERT INTO {db}.l SELECT -1 - number, 'before' FROM numbers(50)");
        await target.CopyAsync(TargetFixture.Request(mode), target.Rows(0, 400), target.Rows(400, 200));
        Assert.Equal($"{600 + before}\t{before}", await target.QueryAsync(0, "SELECT count(), countIf(name = 'before') FROM {db}.t"));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }

    [Fact]
    public async Task Copy_SecondServerOnly_IsLoadedByWayOfTheFirst()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, "", ShardedServersFixture.Second);
        await target.CopyAsync(TargetFixture.Request(CopyMode.Create), target.Rows(0, 100));
        Assert.Equal(["0", "100"], await target.QueryAllAsync("SELECT count() FROM {db}.l"));
    }

    [Theory]
    [InlineData("rand()", ShardedServersFixture.Even, 0.5)]
    [InlineData("rand() % 8", ShardedServersFixture.Uneven, 0.75)]
    public async Task Copy_ShardingKeyIsALot_SpreadsRowsByWeightAndTheSameWayAgain(string key, string cluster, double second)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, key, cluster);
        TargetPlan plan = await target.PlanAsync(CopyMode.Create);
        Assert.Contains(plan.Notes, note => note.Contains(key, StringComparison.Ordinal) && note.Contains("hash of its values", StringComparison.Ordinal));
        await target.CopyAsync(TargetFixture.Request(CopyMode.Create), target.Rows(0, 2000), target.Rows(0, 2000));
        string[] first = await target.QueryAllAsync("SELECT count(), sum(cityHash64(id)) FROM {db}.l");
        long[] counts = [.. first.Select(row => long.Parse(row.Split('\t')[0], CultureInfo.InvariantCulture))];
        Assert.Equal(4000, counts.Sum());
        Assert.InRange(counts[1] / 4000.0, second - 0.05, second + 0.05);

        await target.CopyAsync(TargetFixture.Request(CopyMode.Replace), target.Rows(0, 2000), target.Rows(0, 2000));
        Assert.Equal(first, await target.QueryAllAsync("SELECT count(), sum(cityHash64(id)) FROM {db}.l"));
    }

    [Fact]
    public async Task Copy_TableHasAColumnMore_GetsItsDefaultOnEveryShard()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, "id");
        await target.QueryAllAsync("ALTER TABLE {db}.l ADD COLUMN x Int8 DEFAULT 7");
        await target.CopyAsync(TargetFixture.Request(CopyMode.Append), target.Rows(0, 100));
        Assert.Equal(["350", "350"], await target.QueryAllAsync("SELECT sum(x) FROM {db}.l"));
    }

    [Fact]
    public async Task Plan_DistributedTable_SaysWhatItStandsFor()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        TargetPlan plan = await target.PlanAsync(CopyMode.Replace);
        Assert.Contains(plan.Notes, note => note.Contains("2 shards of cluster 'even'", StringComparison.Ordinal) && note.Contains("not yet those of others", StringComparison.Ordinal));
        Assert.Contains(plan.Steps, step => step.Contains($"INSERT INTO FUNCTION cluster('even', '{target.Database}', ", StringComparison.Ordinal) && step.Contains(", cityHash64(id)) ", StringComparison.Ordinal));
        Assert.Equal(["id", "name"], plan.Columns.Select(column => column.Name));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }

    [Fact]
    public async Task Plan_CreateAndOneShardHasRows_IsRefusedAndSaysWhich()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await target.QueryAsync(1, "INSERT INTO {db}.l VALUES (1, 'theirs')");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(CopyMode.Create));
        Assert.Equal("clickhouse.table_not_empty", error.Code);
        Assert.StartsWith($"Shard 2 at {servers.Endpoints[1]}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OneShardCannotBeReached_SaysHowItWasTried()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, cluster: ShardedServersFixture.Broken);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => target.PlanAsync(CopyMode.Append));
        Assert.Equal("clickhouse.unreachable", error.Code);
        Assert.Contains($"Shard 2 at http://127.0.0.3:{servers.Endpoints[0].Port}/", error.Message, StringComparison.Ordinal);
        Assert.Contains("port, user and password are those of the target's address", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cityHash64(id)", ShardedServersFixture.Replicated, "clickhouse.replicas_unsupported", "2 replicas")]
    [InlineData("cityHash64(id)", ShardedServersFixture.Same, "clickhouse.shards_share_table", "Shards 1 and 2")]
    [InlineData("", ShardedServersFixture.Even, "clickhouse.sharding_key", "no sharding key")]
    [InlineData("rand() + id", ShardedServersFixture.Even, "clickhouse.sharding_key", "rand()")]
    public async Task Plan_ClusterThatCannotBeLoadedExactly_IsRefusedByName(string key, string cluster, string code, string names)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers, key, cluster);
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(CopyMode.Append));
        Assert.Equal(code, error.Code);
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DROP TABLE {db}.l", "clickhouse.shard_table_missing", "Make it on every shard")]
    [InlineData("ALTER TABLE {db}.l MODIFY COLUMN name LowCardinality(Nullable(String))", "clickhouse.shards_differ", "name LowCardinality")]
    [InlineData("DROP TABLE {db}.l; CREATE TABLE {db}.l (id Int64, name Nullable(String)) ENGINE = Log", "clickhouse.engine_unsupported", "Log")]
    public async Task Plan_TableOfOneShardDoesNotFit_IsRefusedAndSaysWhich(string change, string code, string names)
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        foreach (string statement in change.Split("; "))
            await target.QueryAsync(1, statement);
        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => target.PlanAsync(CopyMode.Append));
        Assert.Equal(code, error.Code);
        Assert.Contains("hard 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ColumnOfTheShardingKeyIsNotCopied_IsRefused()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await target.QueryAllAsync("ALTER TABLE {db}.l ADD COLUMN tenant UInt32 DEFAULT rand()");
        await target.QueryAsync(0, "DROP TABLE {db}.t");
        await target.QueryAsync(0, "CREATE TABLE {db}.t AS {db}.l ENGINE = Distributed('even', '{db}', 'l', tenant)");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(CopyMode.Append));
        Assert.Equal("clickhouse.sharding_key", error.Code);
        Assert.Contains("'tenant'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_TableOfTheRemoteEngine_IsRefused()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await target.QueryAsync(0, "DROP TABLE {db}.t");
        await target.QueryAsync(0, "CREATE TABLE {db}.t ENGINE = Remote('127.0.0.1', '{db}', 'l', id)");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(CopyMode.Append));
        Assert.Equal("clickhouse.engine_unsupported", error.Code);
    }

    [Fact]
    public async Task Arrive_RowsAreMissing_ChangesNothingOnAnyShard()
    {
        using ShardedFixture target = await ShardedFixture.NewAsync(servers);
        await using ClickHouseTarget open = target.Open();
        await using (TestLoad load = await target.BeginAsync(open, TargetFixture.Request(CopyMode.Append)))
        {
            await load.SendAsync(target.Rows(0, 10));
            var error = await Assert.ThrowsAsync<TargetException>(() => load.ArriveAsync(11));
            Assert.Equal("clickhouse.rows_differ", error.Code);
            Assert.Empty(load.Arrived);
        }

        Assert.Equal(["0", "0"], await target.QueryAllAsync("SELECT count() FROM {db}.l"));
        Assert.Equal(["l,t", "l"], await target.TablesAsync());
    }
}
