using System.Diagnostics;
using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>
/// A transfer that dies at its n-th request, for every n: the same transfer again brings exactly the source's rows. Every row of the table in
/// decisions/0006 is one of these requests.
/// </summary>
public sealed class CrashTests(ClickHouseServerFixture server)
{
    private const int Chunks = 3;
    private const int ChunkRows = 200;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>Every n-th request dies in a test; 1 is for the long run.</summary>
    private static readonly int Step = int.Parse(Environment.GetEnvironmentVariable("BULKMOVER_CRASH_STEP") ?? "8", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(CopyMode.Create, "MergeTree", Cut.BeforeRequest)]
    [InlineData(CopyMode.Create, "MergeTree", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Create, "ReplacingMergeTree", Cut.BeforeRequest)]
    [InlineData(CopyMode.Create, "ReplacingMergeTree", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Append, "MergeTree", Cut.BeforeRequest)]
    [InlineData(CopyMode.Append, "MergeTree", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "MergeTree", Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "MergeTree", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "ReplacingMergeTree", Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "ReplacingMergeTree", Cut.BeforeAnswer)]
    public Task Copy_MoverDiesAtAnyRequest_TheNextRunCompletesIt(CopyMode mode, string engine, Cut cut) =>
        AtEachRequestAsync(1 + (((int)mode + engine.Length + (int)cut) % Step), async request =>
        {
            string database = await server.NewDatabaseAsync(Stopping);
            var world = new CrashWorld(new ServerEndpoint(server.Endpoint, "default", ""), database, mode, engine);
            await world.PrepareAsync();
            if (!await world.DiesAsync(request, cut, () => { }))
                return false;
            await world.CompleteAsync($"request {request}");
            return true;
        });

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public Task Copy_ServerIsKilledAtAnyRequest_TheNextRunCompletesIt(CopyMode mode) => AtEachRequestAsync(1 + ((int)mode % Step), async request =>
    {
        string directory = Directory.CreateTempSubdirectory("bulkmover-crash-").FullName;
        try
        {
            await using (EmbeddedServer victim = await StartAsync(directory))
            {
                var world = new CrashWorld(new ServerEndpoint(victim.Endpoint, "default", ""), "w", mode, "MergeTree");
                await world.MakeDatabaseAsync();
                await world.PrepareAsync();
                if (!await world.DiesAsync(request, Cut.ServerKilled, () => Kill(victim.ProcessId)))
                    return false;
            }

            await using EmbeddedServer again = await StartAsync(directory);
            await new CrashWorld(new ServerEndpoint(again.Endpoint, "default", ""), "w", mode, "MergeTree").CompleteAsync($"request {request}");
            return true;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    });

    /// <summary>Several at a time, for each mostly waits, until one comes to its end alive.</summary>
    private static async Task AtEachRequestAsync(int first, Func<int, Task<bool>> dies)
    {
        const int Together = 4;
        for (int request = first; ; request += Together * Step)
        {
            int begin = request;
            bool[] died = await Task.WhenAll(Enumerable.Range(0, Together).Select(i => dies(begin + (i * Step))));
            if (!died[^1])
                return;
        }
    }

    private static Task<EmbeddedServer> StartAsync(string directory) => EmbeddedServer.StartAsync(new EmbeddedServerOptions(directory, TestHost.OfTests()), Stopping);

    private static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }

    /// <summary>A target with rows of its own, and a transfer of three chunks into it.</summary>
    private sealed class CrashWorld(ServerEndpoint endpoint, string database, CopyMode mode, string engine)
    {
        private readonly TableName table = new(database, "t");
        private readonly ClickHouseTableOptions options = mode == CopyMode.Create ? new() { PartitionBy = "id % 3", OrderBy = "id", Engine = engine } : new();

        public async Task MakeDatabaseAsync()
        {
            using var client = new ServerClient(endpoint);
            await client.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic", new Dictionary<string, object>(), Stopping);
        }

        public async Task PrepareAsync()
        {
            if (mode == CopyMode.Create)
                return;
            using var client = new ServerClient(endpoint);
            var none = new Dictionary<string, object>();
            await client.ExecuteAsync($"CREATE TABLE {table.Sql} (id Int64, name Nullable(String)) ENGINE = {engine} PARTITION BY id % 3 ORDER BY id", none, Stopping);
            await client.ExecuteAsync($"INSERT INTO {table.Sql} SELECT -1 - number, 'before' FROM numbers(10)", new Dictionary<string, object> { ["async_insert"] = 0 }, Stopping);
        }

        /// <returns>False when the transfer was at its end before the request.</returns>
        public async Task<bool> DiesAsync(int request, Cut cut, Action kill)
        {
            await using var proxy = new CuttingProxy(endpoint.Server, number => number == request, cut) { IsLasting = true, Kill = kill };
            try
            {
                // No beat in so short a time: the number of a request is the same each time.
                await RunAsync(new ServerEndpoint(proxy.Start(), "default", "") { LeaseTimeout = TimeSpan.FromMinutes(5) });
            }
            catch (Exception error) when (error is BulkMoverException)
            {
                Assert.True(proxy.Cuts > 0, error.ToString());
            }

            return proxy.Cuts > 0;
        }

        public async Task CompleteAsync(string after)
        {
            await RunAsync(endpoint with { LeaseTimeout = TimeSpan.FromMilliseconds(100) });
            using var client = new ServerClient(endpoint);
            IReadOnlyList<string[]> rows = await client.SelectAsync(
                $"SELECT toString(count()), toString(uniqExact(id)), toString(min(id)), toString(max(id)), toString(countIf(name = 'before')), toString(countIf(name = 'n' || toString(id))) FROM {table.Sql}", Stopping);
            int before = mode == CopyMode.Append ? 10 : 0;
            int copied = Chunks * ChunkRows;
            Assert.Equal(
                $"{after}: {copied + before} {copied + before} {(before == 0 ? 0 : -10)} {copied - 1} {before} {copied}", $"{after}: {string.Join(' ', rows[0])}");
            IReadOnlyList<string[]> tables = await client.SelectAsync($"SELECT name FROM system.tables WHERE database = '{database}' ORDER BY name", Stopping);
            Assert.Equal($"{after}: __bulkmover_ledger t", $"{after}: {string.Join(' ', tables.Select(row => row[0]))}");
        }

        private async Task RunAsync(ServerEndpoint server)
        {
            await using var target = ClickHouseTarget.Of(server, table, options);
            TargetRequest request = TargetFixture.Request(mode) with { Transfer = TransferId.Of("crash", database) };
            TargetPlan plan = await target.PlanAsync(request, Stopping);
            if (plan.Earlier is { IsComplete: true })
                return;
            await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(2, 1 << 20), Stopping);
            for (int chunk = 0; chunk < Chunks; chunk++)
            {
                if (load.Arrived.ContainsKey(chunk))
                    continue;
                await using IChunkLoad rows = await load.BeginChunkAsync(chunk, Stopping);
                using var fixture = new TargetFixture(null!, database);
                foreach (IEncodedBlock block in load.Encode(fixture.Batch(
                    TargetFixture.Simple, [.. Enumerable.Range(chunk * ChunkRows, ChunkRows).Select(i => new object?[] { (long)i, $"n{i}" })])))
                {
                    await rows.SendAsync(block, 0, Stopping);
                }

                await rows.CommitAsync(ChunkRows, BitConverter.GetBytes(chunk), Stopping);
            }

            await load.CommitAsync(Chunks * ChunkRows, Stopping);
        }
    }
}
