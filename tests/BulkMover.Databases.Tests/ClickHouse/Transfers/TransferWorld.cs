using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>A target with rows of its own, and a transfer of three chunks into it.</summary>
/// <param name="endpoint">The server.</param>
/// <param name="database">Of the target, and of nobody else.</param>
/// <param name="mode">What happens with the rows that are there.</param>
/// <param name="engine">The target's.</param>
/// <param name="partitionBy">Its partition key; empty for none.</param>
internal sealed class TransferWorld(ServerEndpoint endpoint, string database, CopyMode mode, string engine, string partitionBy = "id % 3")
{
    private const int Chunks = 3;
    private const int ChunkRows = 200;

    private readonly TableName table = new(database, "t");
    private readonly ClickHouseTableOptions options = mode == CopyMode.Create
        ? new() { PartitionBy = partitionBy.Length > 0 ? partitionBy : null, OrderBy = "id", Engine = engine } : new();

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

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
        string key = partitionBy.Length > 0 ? $"PARTITION BY {partitionBy}" : "";
        await client.ExecuteAsync($"CREATE TABLE {table.Sql} (id Int64, name Nullable(String)) ENGINE = {engine} {key} ORDER BY id", new Dictionary<string, object>(), Stopping);
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
        await CheckAsync(after);
    }

    /// <summary>The target has exactly its rows, and nothing else is left.</summary>
    public async Task CheckAsync(string after)
    {
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

    /// <summary>A whole copy, as the engine does it once.</summary>
    public async Task RunAsync(ServerEndpoint server)
    {
        await using var target = ClickHouseTarget.Of(server, table, options);
        await RunAsync(target, await target.PlanAsync(Request, Stopping));
    }

    /// <summary>A whole copy, begun again after each failure that may pass, as the engine does it.</summary>
    /// <returns>How often it was begun again.</returns>
    public async Task<int> RunOnAsync(ServerEndpoint server)
    {
        await using var target = ClickHouseTarget.Of(server, table, options);
        TargetPlan plan = await target.PlanAsync(Request, Stopping);
        int begun = 0;
        var retry = new Retry { Attempts = 20, FirstWait = TimeSpan.FromMilliseconds(20), LongestWait = TimeSpan.FromSeconds(1) };
        await retry.RunAsync(
            async _ =>
            {
                await RunAsync(target, begun++ == 0 ? plan : await target.PlanAsync(Request, Stopping));
                return true;
            },
            Stopping);
        return begun - 1;
    }

    private TargetRequest Request => TargetFixture.Request(mode) with { Transfer = TransferId.Of("crash", database) };

    private async Task RunAsync(ClickHouseTarget target, TargetPlan plan)
    {
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
