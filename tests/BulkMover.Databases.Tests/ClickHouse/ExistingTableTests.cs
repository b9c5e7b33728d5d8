using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>What a plan says about tables that are there, and about those that will be made.</summary>
public sealed class ExistingTableTests(ClickHouseServerFixture server)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("id Int64", "ENGINE = MergeTree ORDER BY ()", "clickhouse.columns_missing", "'name'")]
    [InlineData("id Int64, name String MATERIALIZED 'x'", "ENGINE = MergeTree ORDER BY ()", "clickhouse.columns_computed", "'name'")]
    [InlineData("id Int64, name String ALIAS 'x'", "ENGINE = MergeTree ORDER BY ()", "clickhouse.columns_computed", "'name'")]
    [InlineData("id Int64, name Nullable(String), extra String", "ENGINE = MergeTree ORDER BY ()", "clickhouse.columns_without_source", "'extra'")]
    [InlineData("id Int8, name Nullable(String)", "ENGINE = MergeTree ORDER BY ()", "clickhouse.type_mismatch", "Int8")]
    [InlineData("id Int64, name Nullable(String)", "ENGINE = Log", "clickhouse.engine_unsupported", "Log")]
    [InlineData("id Int64, name Nullable(String)", "ENGINE = Memory", "clickhouse.engine_unsupported", "Memory")]
    [InlineData("id Int64, name Nullable(String)", "ENGINE = Null", "clickhouse.engine_unsupported", "Null")]
    public async Task Plan_TableDoesNotFit_NamesWhatDoesNot(string columns, string engine, string code, string named)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync($"CREATE TABLE {{db}}.t ({columns}) {engine}");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Append));
        Assert.Equal(code, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_AView_IsRefusedByName()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE VIEW {db}.t AS SELECT toInt64(1) AS id, 'x' AS name");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Append));
        Assert.Equal("clickhouse.engine_unsupported", error.Code);
        Assert.Contains("View", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_DatabaseIsMissing_SaysSo()
    {
        using var target = new TargetFixture(server, "no such database");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Create));
        Assert.Equal("clickhouse.database_missing", error.Code);
    }

    [Fact]
    public async Task Plan_DatabaseCannotExchange_SaysSo()
    {
        using var target = new TargetFixture(server, $"memory{Guid.NewGuid():N}");
        await target.QueryAsync("CREATE DATABASE {db} ENGINE = Memory");
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Create));
        Assert.Equal("clickhouse.database_engine", error.Code);
    }

    [Fact]
    public async Task Plan_OptionsForATableThatExists_AreRefused()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping)) { Options = new ClickHouseTableOptions { OrderBy = "id" } };
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY ()");
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => target.PlanAsync("t", CopyMode.Append));
        Assert.Equal("clickhouse.table_options", error.Code);
    }

    [Fact]
    public async Task Plan_EngineThatCannotBeLoaded_IsRefused()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { Engine = "ReplicatedMergeTree('/x', 'y')" },
        };
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => target.PlanAsync("t", CopyMode.Create));
        Assert.Equal("clickhouse.engine_unsupported", error.Code);
    }

    [Fact]
    public async Task Plan_TwoColumnsOfOneName_AreRefused()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        var schema = new Schema([new Field("a", Int64Type.Default, true), new Field("a", StringType.Default, true)], null);
        var error = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync("t", CopyMode.Create, schema));
        Assert.Equal("clickhouse.column_twice", error.Code);
    }

    [Fact]
    public async Task Plan_ChangesNothing()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        TargetPlan plan = await target.PlanAsync("t", CopyMode.Create);
        Assert.Equal("", await target.TablesAsync());
        Assert.Equal(["id", "name"], plan.Columns.Select(column => column.Name));
        Assert.Equal(["Int64", "Nullable(String)"], plan.Columns.Select(column => column.TargetType));
        Assert.StartsWith("CREATE TABLE ", plan.Steps[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_SourceIsSorted_TableIsSortedTheSameWayAndNotesSayWhereNot()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await using ClickHouseTarget open = target.Open("t");
        SortField[] order = [new("name", Descending: false), new("id", Descending: true)];
        TargetPlan plan = await open.PlanAsync(TargetFixture.Request(CopyMode.Create, null, order), Stopping);
        Assert.Contains(plan.Notes, note => note.Contains("'id' downwards", StringComparison.Ordinal));
        await using TestLoad load = await TestLoad.BeginAsync(open, plan, target.Limits, Stopping);
        await load.SendAsync(target.Rows(0, 10));
        await load.ArriveAsync();
        await load.CommitAsync(10);
        Assert.Equal("name, id", await target.QueryAsync("SELECT sorting_key FROM system.tables WHERE database = '{db}' AND name = 't'"));
    }

    [Fact]
    public async Task Copy_EngineThatMergesRows_NotesItAndCountsWhatWasSent()
    {
        using var target = new TargetFixture(server, await server.NewDatabaseAsync(Stopping))
        {
            Options = new ClickHouseTableOptions { Engine = "ReplacingMergeTree", OrderBy = "id" },
        };
        TargetPlan plan = await target.PlanAsync("t", CopyMode.Create);
        Assert.Contains(plan.Notes, note => note.Contains("ReplacingMergeTree", StringComparison.Ordinal));
        await target.CopyAsync("t", CopyMode.Create, target.Rows(0, 100), target.Rows(0, 100));
        Assert.Equal("100", await target.QueryAsync("SELECT count() FROM {db}.t FINAL"));
    }

    [Fact]
    public async Task Copy_OtherColumnsHaveDefaults_GetThemAndNotesSaySo()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (n Nullable(Int8), name Nullable(String), id Int64, twice Int64 MATERIALIZED id * 2, d String DEFAULT 'x') ENGINE = MergeTree ORDER BY id TTL toDateTime(id) + toIntervalYear(100)");
        TargetPlan plan = await target.PlanAsync("t", CopyMode.Append);
        Assert.Contains(plan.Notes, note => note.Contains("'d'", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("'n'", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, note => note.Contains("TTL", StringComparison.Ordinal));
        await target.CopyAsync("t", CopyMode.Append, target.Rows(0, 10));
        Assert.Equal("10\t90\t10", await target.QueryAsync("SELECT count(n IS NULL), sum(twice), countIf(d = 'x') FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_MaterializedViewOverTheTable_IsNoted()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY ()");
        await target.QueryAsync("CREATE MATERIALIZED VIEW {db}.v ENGINE = MergeTree ORDER BY () AS SELECT id FROM {db}.t");
        TargetPlan plan = await target.PlanAsync("t", CopyMode.Append);
        Assert.Contains(plan.Notes, note => note.Contains("Materialized views", StringComparison.Ordinal) && note.Contains('v', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copy_NullForAColumnWithoutNulls_IsAnErrorAndNothingArrives()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name String) ENGINE = MergeTree ORDER BY ()");
        await Assert.ThrowsAsync<ValueOutOfRangeException>(() => target.CopyAsync("t", CopyMode.Append, target.Rows(0, 10)));
        Assert.Equal("0", await target.QueryAsync("SELECT count() FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Fact]
    public async Task Plan_NameIsTooLong_SaysSoBeforeAByteMoves()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => target.PlanAsync(new string('ü', 40), CopyMode.Create));
        Assert.Equal("clickhouse.name_too_long", error.Code);
    }

    public static TheoryData<string> HostileNames =>
    [
        "with space", "back`tick", "quo'te", "dou\"ble", "back\\slash", "dot.dot", "new\nline", "tab\t", "per%20cent", "sem;icolon --", "日本語", "emoji🎉",
        "/slash/../..", "?q=1&x", "`); DROP TABLE t; --", "$1{x}", new string('n', 200), new string('ü', 33),
    ];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Copy_HostileNames_AreNamesAndNothingElse(string name)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        var schema = new Schema([new Field(name, Int64Type.Default, nullable: false), new Field("b", StringType.Default, nullable: true)], null);
        await target.CopyAsync(name, CopyMode.Create, target.Batch(schema, [1L, "x"], [2L, null]));
        await target.CopyAsync(name, CopyMode.Append, target.Batch(schema, [3L, "x"]));
        await target.CopyAsync(name, CopyMode.Replace, target.Batch(schema, [4L, "x"], [5L, "y"]));
        Assert.Equal("1", await target.QueryAsync("SELECT count() FROM system.tables WHERE database = '{db}' AND name != '__bulkmover_ledger'"));
        await using ClickHouseTarget again = target.Open(name);
        var error = await Assert.ThrowsAsync<TargetException>(() => again.PlanAsync(TargetFixture.Request(CopyMode.Create, schema), Stopping));
        Assert.Contains("2 rows", error.Message, StringComparison.Ordinal);
    }
}
