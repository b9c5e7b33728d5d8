using System.Diagnostics;
using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>Copies into replicated tables (decisions/0009), on the only replica that they have.</summary>
public sealed class ReplicatedTests(ReplicatedServerFixture server) : IClassFixture<ReplicatedServerFixture>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PARTITION BY id % 3")]
    [InlineData("")]
    public async Task Copy_TheSameRowsTwice_AppendBringsThemTwiceAndReplaceOnce(string partitions)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = {ReplicatedServerFixture.Engine} {partitions} ORDER BY id");

        await fixture.CopyAsync("t", CopyMode.Create, fixture.Rows(0, 30));
        Assert.Equal("30\t30", await fixture.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        // Equal parts are not the same part to a copy.
        await fixture.CopyAsync("t", CopyMode.Append, fixture.Rows(0, 30));
        await fixture.CopyAsync("t", CopyMode.Append, fixture.Rows(0, 30));
        Assert.Equal("90\t30", await fixture.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        await fixture.CopyAsync("t", CopyMode.Replace, fixture.Rows(0, 1));
        Assert.Equal("1\t1", await fixture.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
        await fixture.CopyAsync("t", CopyMode.Replace, fixture.Rows(0, 0));
        Assert.Equal("0\t0", await fixture.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));

        Assert.Matches("^__bulkmover_gate_[0-9a-f]{16},t$", await fixture.TablesAsync());
        Assert.Equal("1\t0", await fixture.QueryAsync("SELECT toString(count()), toString(sum(is_readonly)) FROM system.replicas WHERE database = '{db}' AND table = 't'"));
    }

    [Fact]
    public async Task Copy_RowsOfOthers_AreRefusedForCreate()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = {ReplicatedServerFixture.Engine} ORDER BY id");
        await fixture.QueryAsync("INSERT INTO {db}.t VALUES (1, 'x')");

        var error = await Assert.ThrowsAsync<TargetException>(() => fixture.PlanAsync("t", CopyMode.Create));

        Assert.Equal("clickhouse.table_not_empty", error.Code);
    }

    [Fact]
    public async Task Copy_CollapsingEngineWithTtl_KeepsItsEngineAndTtl()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String), at DateTime DEFAULT '2000-01-01 00:00:00') " +
            "ENGINE = ReplicatedReplacingMergeTree('/tables/{database}/{table}', 'r1') PARTITION BY id % 2 ORDER BY id TTL at + INTERVAL 1 SECOND");

        await fixture.CopyAsync("t", CopyMode.Append, fixture.Rows(0, 30));

        Assert.Equal("ReplicatedReplacingMergeTree\t1", await fixture.QueryAsync("SELECT engine, engine_full LIKE '%TTL%' FROM system.tables WHERE database = '{db}' AND name = 't'"));
    }

    [Fact]
    public async Task Plan_Append_ShowsTheTableThatReplicates()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = {ReplicatedServerFixture.Engine} ORDER BY id");

        TargetPlan plan = await fixture.PlanAsync("t", CopyMode.Append);

        Assert.Contains(plan.Steps, step => step.Contains("ENGINE = ReplicatedMergeTree", StringComparison.Ordinal));
        Assert.Contains(plan.Steps, step => step.Contains("MOVE PARTITION … TO TABLE", StringComparison.Ordinal));
        Assert.Equal("t", await fixture.TablesAsync());
    }

    [Fact]
    public async Task Copy_ThroughAnotherReplica_IsRefused()
    {
        // One server plays two: the other replica is in another database.
        using TargetFixture one = await TargetFixture.NewAsync(server);
        using TargetFixture other = await TargetFixture.NewAsync(server);
        const string Columns = "(id Int64, name Nullable(String))";
        await one.QueryAsync($"CREATE TABLE {{db}}.t {Columns} ENGINE = ReplicatedMergeTree('/tables/shared', 'r1') ORDER BY id");
        await other.QueryAsync($"CREATE TABLE {{db}}.t {Columns} ENGINE = ReplicatedMergeTree('/tables/shared', 'r2') ORDER BY id");
        // Without rows: the second replica could fetch none.
        await one.CopyAsync("t", CopyMode.Append, one.Rows(0, 0));
        await using ClickHouseTarget target = other.Open("t");
        TargetPlan plan = await target.PlanAsync(TargetFixture.Request(CopyMode.Append), Stopping);

        var error = await Assert.ThrowsAsync<TargetException>(() => target.BeginAsync(plan, new LoadLimits(1, 0), Stopping));

        Assert.Equal("clickhouse.replica_elsewhere", error.Code);
        Assert.Contains("SYSTEM DROP REPLICA 'bulkmover' FROM ZKPATH '/tables/shared_bulkmover'", error.Message, StringComparison.Ordinal);
        Assert.Equal("t", await other.TablesAsync());
        await one.CopyAsync("t", CopyMode.Append, one.Rows(0, 0));
    }

    [Fact]
    public async Task Copy_TargetIsAPlainTableNow_IsRefusedUntilRestarted()
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = {ReplicatedServerFixture.Engine} ORDER BY id");
        TargetRequest request = TargetFixture.Request(CopyMode.Replace);
        await using ClickHouseTarget target = fixture.Open("t");
        await using (TestLoad load = await TestLoad.BeginAsync(target, await target.PlanAsync(request, Stopping), fixture.Limits, Stopping))
        {
            await load.SendAsync(fixture.Rows(0, 3));
            await load.ArriveAsync();
        }

        await fixture.QueryAsync("RENAME TABLE {db}.t TO {db}.u");
        var gone = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(request, Stopping));
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        var plain = await Assert.ThrowsAsync<TargetException>(() => target.PlanAsync(request, Stopping));

        Assert.Equal(("clickhouse.target_changed", "clickhouse.target_changed"), (gone.Code, plain.Code));
        await target.PlanAsync(request with { Restart = true }, Stopping);
    }

    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Commit_PlainTargetReplicatesNow_IsRefusedAndItStays(CopyMode mode)
    {
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        await fixture.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        TargetRequest request = TargetFixture.Request(mode);
        await using ClickHouseTarget target = fixture.Open("t");
        await using (TestLoad load = await TestLoad.BeginAsync(target, await target.PlanAsync(request, Stopping), fixture.Limits, Stopping))
        {
            await load.SendAsync(fixture.Rows(0, 3));
            await load.ArriveAsync();
            await fixture.QueryAsync("DROP TABLE {db}.t SYNC SETTINGS max_table_size_to_drop = 0");
            await fixture.QueryAsync($"CREATE TABLE {{db}}.t (id Int64, name Nullable(String)) ENGINE = {ReplicatedServerFixture.Engine} ORDER BY id");
            await fixture.QueryAsync("INSERT INTO {db}.t VALUES (7, 'theirs')");

            var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(3));
            Assert.Equal("clickhouse.target_changed", error.Code);
        }

        Assert.Equal("ReplicatedMergeTree\t1", await fixture.QueryAsync("SELECT engine, (SELECT count() FROM {db}.t) FROM system.tables WHERE database = '{db}' AND name = 't'"));
        await target.DiscardAsync(request.Transfer, Stopping);
        Assert.Equal("t", await fixture.TablesAsync());
    }

    [Theory]
    [InlineData("DROP TABLE {0}_e1 SYNC", null)]
    [InlineData("ALTER TABLE {0}_f_e1 DROP PARTITION ID '1'", null)]
    [InlineData("DROP TABLE {0}_f_e1 SYNC", "clickhouse.staging_lost")]
    public async Task Publish_SomebodyHarmsItsTablesAmidTheMoves_AllRowsComeOrItSaysHowToGoOn(string harm, string? code)
    {
        (ReplicatedWorld world, TargetFixture fixture) = await DieAmidTheMovesAsync();
        using (fixture)
        {
            string prefix = await fixture.QueryAsync("SELECT replaceRegexpOne(name, '_f_e1$', '') FROM system.tables WHERE database = '{db}' AND endsWith(name, '_f_e1')");
            await fixture.QueryAsync(harm.Replace("{0}", $"{{db}}.{prefix}", StringComparison.Ordinal) + " SETTINGS max_table_size_to_drop = 0, max_partition_size_to_drop = 0");

            if (code is not null)
            {
                var error = await Assert.ThrowsAsync<TargetException>(() => world.CompleteAsync("harm"));
                Assert.Equal(code, error.Code);
                await using ClickHouseTarget target = fixture.Open("t", TimeSpan.FromMilliseconds(100));
                await target.DiscardAsync((await target.TransfersAsync(Stopping)).Single().Transfer, Stopping);
                await fixture.QueryAsync("ALTER TABLE {db}.t DELETE WHERE name != 'before' SETTINGS mutations_sync = 1");
            }

            await world.CompleteAsync(harm);
        }
    }

    /// <summary>A run that has entered that it begins to move, and does not come to it: some request behind the hundredth.</summary>
    private async Task<(ReplicatedWorld World, TargetFixture Fixture)> DieAmidTheMovesAsync()
    {
        for (int request = 100; ; request++)
        {
            TargetFixture fixture = await TargetFixture.NewAsync(server);
            var world = new ReplicatedWorld(new ServerEndpoint(server.Endpoint, "default", ""), fixture.Database, CopyMode.Append);
            await world.PrepareAsync();
            Assert.True(await world.DiesAsync(request, Cut.BeforeRequest, () => { }), "No request comes between the entry and the moves.");
            if (await fixture.QueryAsync("SELECT count() > 0 FROM {db}.__bulkmover_ledger WHERE kind = 'publishing'") == "1")
                return (world, fixture);
            fixture.Dispose();
        }
    }

    /// <summary>Moves into one table at the same time have the server take some back and do them again; what it took back it still shows, as inactive parts.</summary>
    [Fact]
    public async Task Parts_OfAMoveThatKeeperDidNotLetHappen_AreNone()
    {
        const int Tables = 6;
        using TargetFixture fixture = await TargetFixture.NewAsync(server);
        string[] names = ["t", .. Enumerable.Range(0, Tables).Select(i => $"s{i}")];
        foreach (string name in names)
            await fixture.QueryAsync($"CREATE TABLE {{db}}.{name} (id Int64, p Int64) ENGINE = {ReplicatedServerFixture.Engine} PARTITION BY p ORDER BY id");
        for (int i = 0; i < Tables; i++)
            await fixture.QueryAsync($"INSERT INTO {{db}}.s{i} SELECT number, number % 8 + {i} * 100 FROM numbers(80)");
        await Task.WhenAll(Enumerable.Range(0, Tables).Select(async i =>
        {
            for (int p = 0; p < 8; p++)
                await fixture.QueryAsync($"ALTER TABLE {{db}}.s{i} MOVE PARTITION ID '{(i * 100) + p}' TO TABLE {{db}}.t");
        }));
        string shown = await fixture.QueryAsync("SELECT count() FROM system.parts WHERE database = '{db}' AND table = 't' AND rows > 0");
        using var client = new ServerClient(new ServerEndpoint(server.Endpoint, "default", ""));
        var parts = new PartTables(client, await ServerAbilities.FindAsync(client, Stopping));

        IReadOnlyList<Part> found = await parts.PartsAsync(new TableName(fixture.Database, "t"), Stopping);

        Assert.True(int.Parse(shown, CultureInfo.InvariantCulture) > found.Count, "No move was taken back: the test shows nothing.");
        Assert.Equal((8 * Tables, 10 * 8 * Tables), (found.Count, found.Sum(part => part.Rows)));
        Assert.All(found, part => Assert.True(part.IsActive));
    }

    [Theory]
    [InlineData(CopyMode.Create, "id % 3", Cut.BeforeRequest)]
    [InlineData(CopyMode.Append, "id % 3", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Append, "", Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "id % 3", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "", Cut.BeforeRequest)]
    public Task Copy_MoverDiesAtAnyRequest_TheNextRunCompletesIt(CopyMode mode, string partitionBy, Cut cut) =>
        TransferWorld.AtEachRequestAsync((int)mode + partitionBy.Length + (int)cut, async request =>
        {
            var world = new ReplicatedWorld(new ServerEndpoint(server.Endpoint, "default", ""), await server.NewDatabaseAsync(Stopping), mode, partitionBy);
            await world.PrepareAsync();
            if (!await world.DiesAsync(request, cut, () => { }))
                return false;
            await world.CompleteAsync($"request {request}");
            return true;
        }, sparser: 2);

    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public Task Copy_ServerIsKilledAtAnyRequest_TheNextRunCompletesIt(CopyMode mode) => TransferWorld.AtEachRequestAsync((int)mode, async request =>
    {
        string directory = Directory.CreateTempSubdirectory("bulkmover-replica-").FullName;
        string database = $"w{mode}{request}";
        try
        {
            await server.MakeRootAsync(database, Stopping);
            await using (EmbeddedServer victim = await server.StartAsync(directory, database, Stopping))
            {
                var world = new ReplicatedWorld(new ServerEndpoint(victim.Endpoint, "default", ""), database, mode);
                await world.MakeDatabaseAsync();
                await world.PrepareAsync();
                if (!await world.DiesAsync(request, Cut.ServerKilled, () => Kill(victim.ProcessId)))
                    return false;
            }

            await using EmbeddedServer again = await server.StartAsync(directory, database, Stopping);
            var rest = new ReplicatedWorld(new ServerEndpoint(again.Endpoint, "default", ""), database, mode);
            await rest.ReturnAsync();
            await rest.CompleteAsync($"request {request}");
            return true;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }, sparser: 3);

    private static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }
}
