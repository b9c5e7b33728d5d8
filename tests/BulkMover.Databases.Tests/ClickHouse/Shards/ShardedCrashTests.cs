using System.Diagnostics;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.Tests.ClickHouse.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Shards;

/// <summary>As <see cref="CrashTests"/>, into a Distributed table over two servers.</summary>
public sealed class ShardedCrashTests(ShardedServersFixture servers) : IClassFixture<ShardedServersFixture>
{
    private const int Sparser = 4;

    [Theory]
    [InlineData(CopyMode.Create, "MergeTree", "cityHash64(id)", Cut.BeforeRequest)]
    [InlineData(CopyMode.Create, "MergeTree", "cityHash64(id)", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Append, "MergeTree", "rand()", Cut.BeforeRequest)]
    [InlineData(CopyMode.Append, "MergeTree", "cityHash64(id)", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "ReplacingMergeTree", "cityHash64(id)", Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "MergeTree", "rand()", Cut.BeforeAnswer)]
    public Task Copy_MoverDiesAtAnyRequest_TheNextRunCompletesIt(CopyMode mode, string engine, string key, Cut cut) =>
        TransferWorld.AtEachRequestAsync(((int)mode * 9) + (int)cut + key.Length, async request =>
        {
            var world = new ShardedWorld(servers.Endpoints, await servers.NewDatabaseAsync(), mode, engine, key);
            await world.PrepareAsync();
            if (!await world.DiesAsync(request, cut, () => { }))
                return false;
            await world.CompleteAsync($"request {request}");
            return true;
        }, Sparser);

    /// <summary>Some shards may have begun anew then, and others still show what came before.</summary>
    [Fact]
    public Task Copy_MoverDiesAtAnyRequestOfACopyFromZero_NoShardLosesItsRows() => TransferWorld.AtEachRequestAsync(5, async request =>
    {
        var world = new ShardedWorld(servers.Endpoints, await servers.NewDatabaseAsync(), CopyMode.Replace, "MergeTree", "cityHash64(id)");
        await world.PrepareAsync();
        await world.RunAsync(new ServerEndpoint(servers.Endpoints[0], "default", ""));
        if (!await world.DiesAsync(request, Cut.BeforeRequest, () => { }, isCompleteBefore: true))
            return false;
        await world.CompleteFromZeroAsync($"request {request}");
        return true;
    }, Sparser);

    [Theory]
    [InlineData(CopyMode.Create, 0)]
    [InlineData(CopyMode.Append, 1)]
    [InlineData(CopyMode.Replace, 1)]
    public Task Copy_OneShardIsKilledAtAnyRequest_TheNextRunCompletesIt(CopyMode mode, int shard) => TransferWorld.AtEachRequestAsync((int)mode * 9, async request =>
    {
        await using var victims = new ShardedServersFixture();
        await victims.InitializeAsync();
        var world = new ShardedWorld(victims.Endpoints, "w", mode, "MergeTree", "cityHash64(id)");
        await world.MakeDatabaseAsync();
        await world.PrepareAsync();
        if (!await world.DiesAsync(request, Cut.ServerKilled, () => Kill(victims.ProcessId(shard))))
            return false;
        await victims.RestartAsync(shard);
        await world.CompleteAsync($"request {request}");
        return true;
    }, 2 * Sparser);

    private static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }

    /// <summary>The table is there, whatever the mode, and so are those that it stands for.</summary>
    private sealed class ShardedWorld(IReadOnlyList<Uri> servers, string database, CopyMode mode, string engine, string key)
        : TransferWorld([.. servers.Select(server => new ServerEndpoint(server, "default", ""))], database, mode, engine)
    {
        protected override bool Exists => true;

        public override async Task PrepareAsync()
        {
            await MakeTableAsync("l");
            await ExecuteAsync(Servers[0], $"CREATE TABLE {Database}.t AS {Database}.l ENGINE = Distributed('{ShardedServersFixture.Even}', '{Database}', 'l', {key})");
        }

        public override async Task CheckAsync(string after)
        {
            await CheckRowsAsync(after);
            string left = $"{after}: {await TablesAsync(Servers[0])}, {await TablesAsync(Servers[1])}";
            Assert.Equal($"{after}: __bulkmover_ledger l t, __bulkmover_ledger l", left);
            string place = key == "rand()" ? $"cityHash64(toUInt8(intDiv(id, {ChunkRows})), tuple(id, name))" : key;
            for (int shard = 0; shard < Servers.Count; shard++)
            {
                string astray = await AskAsync(Servers[shard], $"SELECT toString(count() > 100), toString(countIf(name != 'before' AND {place} % 2 != {shard})) FROM {{db}}.l");
                Assert.Equal($"{after}: 1 0", $"{after}: {astray}");
            }
        }
    }
}
