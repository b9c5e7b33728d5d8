using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.Tests.ClickHouse.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Users;

/// <summary>What a user may, and what its profile sets, is either no matter to a copy or refused before anything is made.</summary>
public sealed class UserTests(ManyUsersServerFixture server) : IClassFixture<ManyUsersServerFixture>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("readonly1", "clickhouse.readonly", "readonly")]
    [InlineData("readonly2", "clickhouse.readonly", "readonly = 2")]
    [InlineData("noddl", "clickhouse.readonly", "allow_ddl = 0")]
    [InlineData("fixed", "clickhouse.setting_forbidden", "async_insert")]
    public async Task Plan_ProfileForbidsWhatACopyNeeds_IsRefusedByName(string user, string code, string named)
    {
        var table = new TableName(await server.NewDatabaseAsync(Stopping), "t");
        var error = await Assert.ThrowsAsync<TargetException>(() => PlanAsync(user, table));
        Assert.Equal(code, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_UserMayNotInsert_NamesExactlyWhatToGrant()
    {
        await MakeAsync();
        var error = await Assert.ThrowsAsync<TargetException>(() => PlanAsync("noinsert", new TableName(ManyUsersServerFixture.Database, "t")));
        Assert.Equal("clickhouse.rights_missing", error.Code);
        const string Own = "SELECT, INSERT, CREATE TABLE, DROP TABLE, ALTER DELETE, ALTER SETTINGS";
        Assert.Equal(
            [
                $"GRANT {Own} ON `granted`.`__bulkmover_ledger` TO `noinsert`;",
                $"GRANT {Own} ON `granted`.`t__bulkmover_`* TO `noinsert`;",
                "GRANT SELECT, INSERT, CREATE TABLE ON `granted`.`t` TO `noinsert`;",
            ],
            error.Message.Split('\n')[1..]);
    }

    [Fact]
    public async Task Plan_UserMayOnlyReadTheDatabase_NamesSystemTablesAndEnginesToo()
    {
        await MakeAsync();
        var error = await Assert.ThrowsAsync<TargetException>(() => PlanAsync("reader", new TableName(ManyUsersServerFixture.Database, "t")));
        Assert.Equal("clickhouse.rights_missing", error.Code);
        Assert.Contains("GRANT SELECT ON system.processes TO `reader`;", error.Message, StringComparison.Ordinal);
        Assert.Contains("GRANT TABLE ENGINE ON MergeTree TO `reader`;", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_UserMayNotSpreadRowsOverShards_NamesWhatToGrant()
    {
        await MakeAsync();
        const string Database = ManyUsersServerFixture.Database;
        await server.QueryAsync($"CREATE TABLE IF NOT EXISTS {Database}.l (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id", Stopping);
        await server.QueryAsync($"CREATE TABLE IF NOT EXISTS {Database}.d AS {Database}.l ENGINE = Distributed('{ManyUsersServerFixture.Alone}', '{Database}', 'l')", Stopping);

        var error = await Assert.ThrowsAsync<TargetException>(() => PlanAsync("nocluster", new TableName(Database, "d")));

        Assert.Equal("clickhouse.rights_missing", error.Code);
        Assert.EndsWith("\nGRANT CREATE TEMPORARY TABLE, REMOTE ON *.* TO `nocluster`;", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("writer", "a")]
    [InlineData("own", "own")]
    public async Task Copy_UserHasWhatIsNeededAndNoMore_Arrives(string user, string table)
    {
        await MakeAsync();
        using var rows = new TargetFixture(server, ManyUsersServerFixture.Database);
        await using ClickHouseTarget target = Open(user, new TableName(ManyUsersServerFixture.Database, table));
        TargetPlan plan = await target.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
        await using TestLoad load = await TestLoad.BeginAsync(target, plan, rows.Limits, Stopping);
        await load.SendAsync(rows.Rows(0, 100));
        await load.ArriveAsync();
        Assert.Equal(100, await load.CommitAsync(100));
    }

    [Theory]
    [InlineData("asynchronous")]
    [InlineData("quorum")]
    [InlineData("onepartition")]
    [InlineData("dedup")]
    [InlineData("hasty")]
    [InlineData("waiting")]
    [InlineData("unlogged")]
    [InlineData("elsewhere")]
    [InlineData("manythreads")]
    [InlineData("small")]
    [InlineData("threequeries")]
    public async Task Copy_ProfileOfTheUserSetsOtherwise_EveryRowArrivesOnceInEachMode(string user)
    {
        foreach (CopyMode mode in Enum.GetValues<CopyMode>())
        {
            string database = await server.NewDatabaseAsync(Stopping);
            await new TransferWorld(new ServerEndpoint(server.Endpoint, "default", ""), database, mode, "MergeTree").PrepareAsync();
            var world = new TransferWorld(new ServerEndpoint(server.Endpoint, user, ""), database, mode, "MergeTree");
            await world.CompleteAsync($"{user} {mode}");
        }
    }

    [Theory]
    [InlineData("default")]
    [InlineData("elsewhere")]
    public async Task Copy_SessionIsInAnotherTimeZone_PartitionsAreThoseOfTheServer(string user)
    {
        // In Kathmandu a default's date, and with it the partition, would be another one.
        string database = await server.NewDatabaseAsync(Stopping);
        await server.QueryAsync(
            $"CREATE TABLE {database}.t (id Int64, name Nullable(String), at DateTime DEFAULT toDateTime(id * 3600)) ENGINE = MergeTree PARTITION BY toDate(at) ORDER BY id", Stopping);
        using var rows = new TargetFixture(server, database);
        for (int i = 0; i < 2; i++)
        {
            await using ClickHouseTarget target = Open(i == 0 ? "default" : user, new TableName(database, "t"));
            TargetPlan plan = await target.PlanAsync(TargetFixture.Request(CopyMode.Append), Stopping);
            await using TestLoad load = await TestLoad.BeginAsync(target, plan, rows.Limits, Stopping);
            await load.SendAsync(rows.Rows(100 * i, 100));
            await load.ArriveAsync();
            await load.CommitAsync(100);
        }

        Assert.Equal("200\t0", await rows.QueryAsync("SELECT count(), countIf(toString(toYYYYMMDD(at)) != _partition_id) FROM {db}.t"));
    }

    private Task<string> MakeAsync() => server.QueryAsync($"CREATE DATABASE IF NOT EXISTS {ManyUsersServerFixture.Database} ENGINE = Atomic", Stopping);

    private async Task<TargetPlan> PlanAsync(string user, TableName table)
    {
        await using ClickHouseTarget target = Open(user, table);
        return await target.PlanAsync(TargetFixture.Request(CopyMode.Create), Stopping);
    }

    private ClickHouseTarget Open(string user, TableName table) => ClickHouseTarget.Of(new ServerEndpoint(server.Endpoint, user, ""), table, new ClickHouseTableOptions());
}
