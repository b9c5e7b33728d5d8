using Apache.Arrow;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Shards;

/// <summary>A database of its own on both servers, with a table <c>l</c> there and a Distributed table <c>t</c> over them on the first.</summary>
internal sealed class ShardedFixture(ShardedServersFixture servers, string database) : IDisposable
{
    private readonly TargetFixture rows = new(null!, database);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<ShardedFixture> NewAsync(
        ShardedServersFixture servers, string key = "cityHash64(id)", string cluster = ShardedServersFixture.Even, string local = "ENGINE = MergeTree ORDER BY id")
    {
        var fixture = new ShardedFixture(servers, await servers.NewDatabaseAsync());
        await fixture.QueryAllAsync($"CREATE TABLE {{db}}.l (id Int64, name Nullable(String)) {local}");
        await fixture.QueryAsync(0, $"CREATE TABLE {{db}}.t AS {{db}}.l ENGINE = Distributed('{cluster}', '{{db}}', 'l'{(key.Length > 0 ? $", {key}" : "")})");
        return fixture;
    }

    public string Database => database;

    public ClickHouseTarget Open(string table = "t", Uri? server = null) => ClickHouseTarget.Of(
        new ServerEndpoint(server ?? servers.Endpoints[0], "default", "") { LeaseTimeout = TimeSpan.FromSeconds(1) }, new TableName(database, table), new ClickHouseTableOptions());

    /// <summary>A query in which <c>{db}</c> is the database.</summary>
    public Task<string> QueryAsync(int shard, string sql) => servers.QueryAsync(shard, sql.Replace("{db}", database, StringComparison.Ordinal));

    public Task<string[]> QueryAllAsync(string sql) => servers.QueryAllAsync(sql.Replace("{db}", database, StringComparison.Ordinal));

    public RecordBatch Rows(int start, int count) => rows.Rows(start, count);

    public RecordBatch Batch(params object?[][] values) => rows.Batch(TargetFixture.Simple, values);

    public async Task<TargetPlan> PlanAsync(CopyMode mode)
    {
        await using ClickHouseTarget target = Open();
        return await target.PlanAsync(TargetFixture.Request(mode), Stopping);
    }

    /// <summary>A whole copy in chunks of a batch each; those that have arrived before are not sent.</summary>
    public async Task CopyAsync(TargetRequest request, params RecordBatch[] chunks)
    {
        await using ClickHouseTarget target = Open();
        await using TestLoad load = await BeginAsync(target, request);
        long all = chunks.Sum(chunk => (long)chunk.Length);
        for (int i = 0; i < chunks.Length; i++)
        {
            if (i < load.Arrived.Count)
            {
                chunks[i].Dispose();
                continue;
            }

            await load.SendAsync(chunks[i]);
            await load.ArriveAsync();
        }

        Assert.Equal(all, await load.CommitAsync(all));
    }

    public async Task<TestLoad> BeginAsync(ClickHouseTarget target, TargetRequest request) =>
        await TestLoad.BeginAsync(target, await target.PlanAsync(request, Stopping), rows.Limits, Stopping);

    /// <summary>What is in the database of each server but for the ledger.</summary>
    public Task<string[]> TablesAsync() =>
        QueryAllAsync("SELECT arrayStringConcat(arraySort(groupArray(name)), ',') FROM system.tables WHERE database = '{db}' AND name != '__bulkmover_ledger'");

    public void Dispose() => rows.Dispose();
}
