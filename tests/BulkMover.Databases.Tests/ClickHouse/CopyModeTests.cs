using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>Every mode, on each kind of server that is there.</summary>
public abstract class CopyModeTests(ClickHouseServerFixture server)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Copy_NoTable_MakesIt(CopyMode mode)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync("t", mode, target.Rows(0, 1000), target.Rows(1000, 500));
        Assert.Equal("1500\t1124250\t1000", await target.QueryAsync("SELECT count(), sum(id), count(name) FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Copy_NoRows_MakesAnEmptyTable(CopyMode mode)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync("t", mode, target.Rows(0, 0));
        Assert.Equal("0", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_CreateIntoEmptyTable_KeepsItsStructure()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (name Nullable(String), id Int64, x Int8 DEFAULT 7) ENGINE = MergeTree PARTITION BY id % 3 ORDER BY id");
        await target.CopyAsync("t", CopyMode.Create, target.Rows(0, 900));
        Assert.Equal("900\t404550\t6300", await target.QueryAsync("SELECT count(), sum(id), sum(x) FROM {db}.t"));
        Assert.Equal("id % 3\tid", await target.QueryAsync("SELECT partition_key, sorting_key FROM system.tables WHERE database = '{db}' AND name = 't'"));
        Assert.Equal("t", await target.TablesAsync());
    }

    /// <summary>Inserts of all columns in one file cost the server less; a table with granules of as many rows each takes no such parts (MergeTree's settings, "index_granularity_bytes").</summary>
    [Theory]
    [InlineData("min_bytes_for_wide_part = 0", "Compact")]
    [InlineData("min_bytes_for_wide_part = 0, index_granularity_bytes = 0", "Wide")]
    public async Task Copy_IntoTableOfWideParts_RowsComeInCompactPartsWhereTheyMay(string settings, string partType)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id SETTINGS {settings}");
        await target.CopyAsync("t", CopyMode.Append, target.Rows(0, 900));
        Assert.Equal("900\t404550", await target.QueryAsync("SELECT count(), sum(id) FROM {db}.t"));
        Assert.Equal(partType, await target.QueryAsync("SELECT DISTINCT part_type FROM system.parts WHERE database = '{db}' AND table = 't' AND active"));
        await target.QueryAsync("INSERT INTO {db}.t VALUES (900, 'n900')");
        await target.QueryAsync("OPTIMIZE TABLE {db}.t FINAL");
        Assert.Equal("Wide", await target.QueryAsync("SELECT DISTINCT part_type FROM system.parts WHERE database = '{db}' AND table = 't' AND active"));
    }

    /// <summary>The table that rows are sent to becomes the one that readers see: it must not keep what only the sending needs.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("SETTINGS min_bytes_for_wide_part = 5, parts_to_delay_insert = '3000', parts_to_throw_insert = 4000, max_bytes_to_merge_at_max_space_in_pool = 123456789")]
    public async Task Copy_ReplacesATable_ItHasTheSettingsOfTheOldOne(string settings)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id {settings}");
        string before = await target.QueryAsync("SELECT engine_full FROM system.tables WHERE database = '{db}' AND name = 't'");

        await target.CopyAsync("t", CopyMode.Replace, target.Rows(0, 900), target.Rows(900, 100));

        Assert.Equal(before, await target.QueryAsync("SELECT engine_full FROM system.tables WHERE database = '{db}' AND name = 't'"));
        Assert.Equal("1000\t499500", await target.QueryAsync("SELECT count(), sum(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_CreateIntoTableWithRows_IsRefusedAndSaysWhatToChoose()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync("t", CopyMode.Create, target.Rows(0, 3));
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Create));
        Assert.Equal("clickhouse.table_not_empty", error.Code);
        Assert.Contains("--mode append", error.Message, StringComparison.Ordinal);
        Assert.Contains("--mode replace", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_RowsComeIntoTheEmptyTableMeanwhile_IsRefused()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
        await using (TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping))
        {
            await load.SendAsync(target.Rows(0, 10));
            await load.ArriveAsync();
            await target.QueryAsync("INSERT INTO {db}.t VALUES (1, 'other')");
            var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(10));
            Assert.Equal("clickhouse.table_not_empty", error.Code);
        }

        Assert.Equal("1", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_SomebodyMakesTheTableMeanwhile_IsRefusedAndLeavesTheirs()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Replace), Stopping);
        await using (TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping))
        {
            await target.QueryAsync("CREATE TABLE {db}.t ENGINE = MergeTree ORDER BY () AS SELECT 42 AS theirs");
            await load.ArriveAsync();
            var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(0));
            Assert.Equal("clickhouse.table_exists", error.Code);
        }

        Assert.Equal("42", await target.QueryAsync("SELECT theirs FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_AppendTwice_AddsEqualRowsToo()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.CopyAsync("t", CopyMode.Append, target.Rows(0, 100), target.Rows(0, 100));
        await target.CopyAsync("t", CopyMode.Append, target.Rows(0, 100));
        Assert.Equal("300\t100", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Fact]
    public async Task Copy_Replace_ReplacesRowsAtOnceAndKeepsTheStructure()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64 CODEC(Delta, LZ4), name Nullable(String)) ENGINE = MergeTree ORDER BY id COMMENT 'mine'");
        await target.QueryAsync("INSERT INTO {db}.t SELECT number, 'old' FROM numbers(50)");
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Replace), Stopping);
        await using TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping);
        await load.SendAsync(target.Rows(0, 10));
        await load.ArriveAsync();
        Assert.Equal("50\t50", await target.QueryAsync("SELECT count(), countIf(name = 'old') FROM {db}.t"));

        await load.CommitAsync(10);
        Assert.Equal("10\t0", await target.QueryAsync("SELECT count(), countIf(name = 'old') FROM {db}.t"));
        Assert.Contains("Delta", await target.QueryAsync("SHOW CREATE TABLE {db}.t"), StringComparison.Ordinal);
        Assert.Equal("t", await target.TablesAsync());
    }

    [Theory]
    [InlineData(CopyMode.Create, false)]
    [InlineData(CopyMode.Create, true)]
    [InlineData(CopyMode.Append, true)]
    [InlineData(CopyMode.Replace, true)]
    public async Task Commit_Repeated_HasNoEffect(CopyMode mode, bool exists)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        if (exists)
            await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree PARTITION BY id % 5 ORDER BY id");
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(mode), Stopping);
        await using TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping);
        await load.SendAsync(target.Rows(0, 100));
        await load.ArriveAsync();
        Assert.Equal(100, await load.CommitAsync(100));
        Assert.Equal(100, await load.CommitAsync(100));
        Assert.Equal("100", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Load_AbandonedBeforeAChunkHasArrived_LeavesNothing(CopyMode mode)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        if (mode != CopyMode.Create)
            await target.QueryAsync("CREATE TABLE {db}.t ENGINE = MergeTree ORDER BY id AS SELECT toInt64(1) AS id, CAST('a', 'Nullable(String)') AS name");
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(mode), Stopping);
        await using (TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping))
            await load.SendAsync(target.Rows(0, 100_000));
        Assert.Equal(mode == CopyMode.Create ? "" : "t", await target.TablesAsync());
        if (mode != CopyMode.Create)
            Assert.Equal("1", await target.QueryAsync("SELECT count() FROM {db}.t"));
    }

    [Fact]
    public async Task Commit_RowsAreMissing_ChangesNothing()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t");
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
        await using (TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping))
        {
            await load.SendAsync(target.Rows(0, 10));
            var error = await Assert.ThrowsAsync<TargetException>(() => load.ArriveAsync(11));
            Assert.Equal("clickhouse.rows_differ", error.Code);
        }

        Assert.Equal("", await target.TablesAsync());
    }

    [Fact]
    public async Task Load_TwoAtOnce_BothArrive()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        using var other = new TargetFixture(server, await target.QueryAsync("SELECT '{db}'"));
        await Task.WhenAll(
            target.CopyAsync("t", CopyMode.Append, [.. Enumerable.Range(0, 20).Select(i => target.Rows(i * 1000, 1000))]),
            other.CopyAsync("t", CopyMode.Append, [.. Enumerable.Range(0, 20).Select(i => other.Rows(100_000 + (i * 1000), 1000))]));
        Assert.Equal("40000\t40000", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }
}

public sealed class EmbeddedCopyModeTests(ClickHouseServerFixture server) : CopyModeTests(server);

public sealed class SecuredCopyModeTests(SecuredClickHouseServerFixture server) : CopyModeTests(server), IClassFixture<SecuredClickHouseServerFixture>;
