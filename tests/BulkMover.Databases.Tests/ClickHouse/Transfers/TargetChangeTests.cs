using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>Somebody does something to the target, its ledger or its disk while a copy has brought a part: it is refused or no matter, and after a repair the same copy completes.</summary>
public sealed class TargetChangeTests(ClickHouseServerFixture server)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static TheoryData<CopyMode, string, string, string> Alterations()
    {
        var all = new TheoryData<CopyMode, string, string, string>();
        foreach (CopyMode mode in (ReadOnlySpan<CopyMode>)[CopyMode.Append, CopyMode.Replace])
        {
            all.Add(mode, "ALTER TABLE {db}.t ADD COLUMN more Nullable(Int64)", "clickhouse.target_altered", "ALTER TABLE {db}.t DROP COLUMN more");
            all.Add(mode, "ALTER TABLE {db}.t MODIFY COLUMN name String DEFAULT 'x'", "clickhouse.target_altered", "ALTER TABLE {db}.t MODIFY COLUMN name REMOVE DEFAULT; ALTER TABLE {db}.t MODIFY COLUMN name Nullable(String)");
            all.Add(mode, "ALTER TABLE {db}.t DROP COLUMN name", "clickhouse.target_altered", "ALTER TABLE {db}.t ADD COLUMN name Nullable(String)");
            all.Add(mode, "RENAME TABLE {db}.t TO {db}.away", "clickhouse.target_dropped", "RENAME TABLE {db}.away TO {db}.t");
            all.Add(mode, "DROP TABLE {db}.t SYNC", "clickhouse.target_dropped", "SELECT 1");
            all.Add(mode, "TRUNCATE TABLE {db}.t", "", "SELECT 1");
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task Commit_SomebodyChangedTheTargetMeanwhile_IsRefusedAndCompletesAfterARepair(CopyMode mode, string change, string code, string repair)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id");
        await target.QueryAsync("INSERT INTO {db}.t SETTINGS async_insert = 0 VALUES (-1, 'before')");
        TargetRequest request = TargetFixture.Request(mode);
        await using ClickHouseTarget open = target.Open("t", TimeSpan.FromMilliseconds(500));
        await using (TestLoad load = await BeginAsync(open, request, target))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
            await target.QueryAsync(change);
            await load.SendAsync(target.Rows(100, 100));
            await load.ArriveAsync();
            if (code.Length == 0)
            {
                Assert.Equal(200, await load.CommitAsync(200));
            }
            else
            {
                var error = await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(200));
                Assert.Equal(code, error.Code);
            }
        }

        if (code.Length > 0)
        {
            foreach (string statement in repair.Split(';'))
                await target.QueryAsync(statement);
            await using TestLoad again = await BeginAsync(open, request, target);
            Assert.Equal(2, again.Arrived.Count);
            Assert.Equal(200, await again.CommitAsync(200));
        }

        bool keeps = mode == CopyMode.Append && !change.StartsWith("DROP", StringComparison.Ordinal) && !change.StartsWith("TRUNCATE", StringComparison.Ordinal);
        Assert.Equal($"200\t{(keeps ? 1 : 0)}", await target.QueryAsync("SELECT uniqExactIf(id, id >= 0), countIf(id = -1) FROM {db}.t"));
        Assert.Equal("t", await target.TablesAsync());
    }

    [Theory]
    [InlineData("1971-01-01 00:00:00")]
    [InlineData("2199-01-01 00:00:00")]
    public async Task Begin_ClockOfTheServerHasJumped_GoesOnAll(string then)
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        TargetRequest request = TargetFixture.Request(CopyMode.Create);
        await using ClickHouseTarget open = target.Open("t", TimeSpan.FromMilliseconds(500));
        await using (TestLoad load = await BeginAsync(open, request, target))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
        }

        await target.QueryAsync($"ALTER TABLE {{db}}.__bulkmover_ledger UPDATE at = toDateTime64('{then}', 3, 'UTC') WHERE 1 SETTINGS mutations_sync = 2");
        await using TestLoad again = await BeginAsync(open, request, target);
        Assert.Single(again.Arrived);
        Assert.Equal(100, await again.CommitAsync(100));
        Assert.True(Assert.Single(await open.TransfersAsync(Stopping)).IsComplete);
    }

    [Fact]
    public async Task Begin_EntryOfARunThatDiedComesLate_LoadsTheChunkAnew()
    {
        using TargetFixture target = await TargetFixture.NewAsync(server);
        TargetRequest request = TargetFixture.Request(CopyMode.Create);
        await using ClickHouseTarget open = target.Open("t", TimeSpan.FromMilliseconds(500));
        await using (TestLoad load = await BeginAsync(open, request, target))
        {
            await load.SendAsync(target.Rows(0, 100));
            await load.ArriveAsync();
        }

        // The second run loads the chunk that the first had loaded, as the network tells when the first and its table are long gone; then it dies, too.
        await using (TestLoad second = await BeginAsync(open, request, target))
        {
            await second.SendAsync(target.Rows(100, 50));
            await target.QueryAsync("INSERT INTO {db}.__bulkmover_ledger (target, transfer, epoch, place, kind, entry) SETTINGS async_insert = 0 "
                + $$$"""VALUES ('t', '{{{request.Transfer}}}', 1, 1000, 'loaded', '{"Chunk":1,"Tasks":"AAAA","Rows":{"all":100},"Digest":""}')""");
        }

        await using TestLoad third = await BeginAsync(open, request, target);
        Assert.Equal([0L], third.Arrived.Keys);
        await third.SendAsync(target.Rows(100, 100));
        await third.ArriveAsync();
        Assert.Equal(200, await third.CommitAsync(200));
        Assert.Equal("200\t200", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_ServersDiskIsFull_SaysSoAndCompletesWhenThereIsRoom()
    {
        string directory = Directory.CreateTempSubdirectory("bulkmover-full-").FullName;
        try
        {
            // More is to be kept free than any disk has.
            string config = Path.Combine(directory, "full.xml");
            await File.WriteAllTextAsync(config,
                "<clickhouse><storage_configuration><disks><default><keep_free_space_bytes>9000000000000000</keep_free_space_bytes></default></disks></storage_configuration></clickhouse>", Stopping);
            var options = new EmbeddedServerOptions(Path.Combine(directory, "data"), TestHost.OfTests());
            await using (EmbeddedServer roomy = await EmbeddedServer.StartAsync(options, Stopping))
                await World(roomy).MakeDatabaseAsync();
            await using (EmbeddedServer full = await EmbeddedServer.StartAsync(options with { ConfigFile = config }, Stopping))
            {
                var error = await Assert.ThrowsAsync<EnvironmentException>(() => World(full).RunAsync(Endpoint(full)));
                Assert.Equal(("clickhouse.server_disk", true), (error.Code, error.IsTransient));
                Assert.Contains("make room", error.Message, StringComparison.Ordinal);
            }

            await using EmbeddedServer again = await EmbeddedServer.StartAsync(options, Stopping);
            await World(again).CompleteAsync("room again");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ServerEndpoint Endpoint(EmbeddedServer server) => new(server.Endpoint, "default", "") { LeaseTimeout = TimeSpan.FromMilliseconds(500) };

    private static TransferWorld World(EmbeddedServer server) => new(Endpoint(server), "w", CopyMode.Create, "MergeTree");

    private static async Task<TestLoad> BeginAsync(ClickHouseTarget open, TargetRequest request, TargetFixture target) =>
        await TestLoad.BeginAsync(open, await open.PlanAsync(request, Stopping), target.Limits, Stopping);
}
