using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>A target with rows of its own, and a transfer of three chunks into it.</summary>
/// <param name="servers">The target's server, and others that the mover speaks to.</param>
/// <param name="database">Of the target, and of nobody else.</param>
/// <param name="mode">What happens with the rows that are there.</param>
/// <param name="engine">The target's.</param>
/// <param name="partitionBy">Its partition key; empty for none.</param>
internal class TransferWorld(IReadOnlyList<ServerEndpoint> servers, string database, CopyMode mode, string engine, string partitionBy = "id % 3")
{
    protected const int Chunks = 3;
    protected const int ChunkRows = 200;
    private const int RowsBefore = 10;

    /// <summary>Every n-th request dies in a test; 1 is for the long run.</summary>
    private static readonly int Step = int.Parse(Environment.GetEnvironmentVariable("BULKMOVER_CRASH_STEP") ?? "17", CultureInfo.InvariantCulture);

    private static readonly Dictionary<string, object> InsertNow = new() { ["async_insert"] = 0 };

    private readonly TableName table = new(database, "t");

    public TransferWorld(ServerEndpoint server, string database, CopyMode mode, string engine, string partitionBy = "id % 3")
        : this([server], database, mode, engine, partitionBy)
    {
    }

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    protected IReadOnlyList<ServerEndpoint> Servers => servers;

    protected string Database => database;

    /// <summary>Whether the table is there before.</summary>
    protected virtual bool Exists => mode != CopyMode.Create;

    /// <summary>Tables that are left when all is done.</summary>
    protected virtual string Left => "__bulkmover_ledger t";

    private ClickHouseTableOptions Options => Exists ? new() : new() { PartitionBy = partitionBy.Length > 0 ? partitionBy : null, OrderBy = "id", Engine = engine };

    /// <summary>Several at a time, for each mostly waits, until one comes to its end alive.</summary>
    /// <param name="shift">Another number tries other requests.</param>
    /// <param name="dies">Gets the number of a request; false when the transfer was at its end before.</param>
    /// <param name="sparser">As many requests fewer die, where a transfer has many and the long run shall still have all.</param>
    public static async Task AtEachRequestAsync(int shift, Func<int, Task<bool>> dies, int sparser = 1)
    {
        const int Together = 4;
        int step = 1 + ((Step - 1) * sparser);
        for (int request = 1 + (shift % step); ; request += Together * step)
        {
            int begin = request;
            bool[] died = await Task.WhenAll(Enumerable.Range(0, Together).Select(i => dies(begin + (i * step))));
            if (!died[^1])
                return;
        }
    }

    public Task MakeDatabaseAsync() => OnEachAsync($"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic");

    public virtual async Task PrepareAsync()
    {
        if (Exists)
            await MakeTableAsync("t");
    }

    /// <returns>False when the transfer was at its end before the request.</returns>
    /// <param name="request">The first that fails, from 1, and all after it.</param>
    /// <param name="cut">How.</param>
    /// <param name="kill">What dies with it.</param>
    /// <param name="isCompleteBefore">The transfer was brought to its end before, and is copied from zero again.</param>
    public async Task<bool> DiesAsync(int request, Cut cut, Action kill, bool isCompleteBefore = false)
    {
        await using var proxy = new CuttingProxy([.. servers.Select(server => server.Server)], number => number == request, cut) { IsLasting = true, Kill = kill };
        try
        {
            // No beat in so short a time: the number of a request is the same each time.
            await RunAsync(new ServerEndpoint(proxy.Start(), "default", "") { LeaseTimeout = TimeSpan.FromMinutes(5) }, isCompleteBefore);
        }
        catch (Exception error) when (error is BulkMoverException)
        {
            Assert.True(proxy.Cuts > 0, error.ToString());
        }

        return proxy.Cuts > 0;
    }

    public async Task CompleteAsync(string after)
    {
        await RunAsync(servers[0] with { LeaseTimeout = TimeSpan.FromMilliseconds(100) });
        await CheckAsync(after);
    }

    /// <summary>As <see cref="CompleteAsync"/>, after a copy from zero of one that was complete: the old rows are there or the new ones, and none is lost on the way.</summary>
    public async Task CompleteFromZeroAsync(string after)
    {
        ServerEndpoint server = servers[0] with { LeaseTimeout = TimeSpan.FromMilliseconds(100) };
        try
        {
            await RunAsync(server);
        }
        catch (TargetException error) when (error.Code == "clickhouse.shards_disagree")
        {
            // Shards that have begun anew and others that have not cannot go on together, as the message says.
        }

        await CheckRowsAsync(after);
        await RunAsync(server, restart: true);
        await CheckAsync(after);
    }

    /// <summary>The target has exactly its rows, and nothing else is left.</summary>
    public virtual async Task CheckAsync(string after)
    {
        await CheckRowsAsync(after);
        Assert.Equal($"{after}: {Left}", $"{after}: {await TablesAsync(servers[0])}");
    }

    protected async Task CheckRowsAsync(string after)
    {
        int before = mode == CopyMode.Append ? RowsBefore : 0;
        int copied = Chunks * ChunkRows;
        Assert.Equal($"{after}: {copied + before} {copied + before} {(before == 0 ? 0 : -RowsBefore)} {copied - 1} {before} {copied}", $"{after}: " + await AskAsync(servers[0],
            "SELECT toString(count()), toString(uniqExact(id)), toString(min(id)), toString(max(id)), toString(countIf(name = 'before')), toString(countIf(name = 'n' || toString(id))) FROM {db}.t"));
    }

    protected Task<string> TablesAsync(ServerEndpoint server) => AskAsync(server, "SELECT arrayStringConcat(arraySort(groupArray(name)), ' ') FROM system.tables WHERE database = '{db}'");

    protected async Task<string> AskAsync(ServerEndpoint server, string sql)
    {
        using var client = new ServerClient(server);
        return string.Join(' ', (await client.SelectAsync(sql.Replace("{db}", database, StringComparison.Ordinal), Stopping))[0]);
    }

    protected async Task OnEachAsync(string sql)
    {
        foreach (ServerEndpoint server in servers)
            await ExecuteAsync(server, sql);
    }

    protected static async Task ExecuteAsync(ServerEndpoint server, string sql)
    {
        using var client = new ServerClient(server);
        await client.ExecuteAsync(sql, InsertNow, Stopping);
    }

    /// <summary>On each server, with rows of its own unless the copy wants it empty.</summary>
    protected async Task MakeTableAsync(string name)
    {
        string key = partitionBy.Length > 0 ? $"PARTITION BY {partitionBy}" : "";
        await OnEachAsync($"CREATE TABLE {database}.{name} (id Int64, name Nullable(String)) ENGINE = {engine} {key} ORDER BY id");
        if (mode == CopyMode.Create)
            return;
        int each = RowsBefore / servers.Count;
        for (int i = 0; i < servers.Count; i++)
            await ExecuteAsync(servers[i], $"INSERT INTO {database}.{name} SELECT -1 - number, 'before' FROM numbers({i * each}, {each})");
    }

    /// <summary>A whole copy, as the command does it: what is only to be shown needs no source any more.</summary>
    /// <param name="server">The target's.</param>
    /// <param name="restart">From zero.</param>
    public async Task RunAsync(ServerEndpoint server, bool restart = false)
    {
        await using var target = ClickHouseTarget.Of(server, table, Options);
        TransferRecord? known = (await target.TransfersAsync(Stopping)).SingleOrDefault(record => record.Transfer == Request.Transfer);
        if (restart || known is not { HasArrived: true })
        {
            await RunAsync(target, await target.PlanAsync(Request with { Restart = restart }, Stopping));
            return;
        }

        TargetPlan plan = await target.PlanCommitAsync(Request.Transfer, verify: false, Stopping);
        await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(1, 0), Stopping);
        await load.CommitAsync(known.Rows, Stopping);
    }

    /// <summary>A whole copy, begun again after each failure that may pass, as the engine does it.</summary>
    /// <returns>How often it was begun again.</returns>
    public async Task<int> RunOnAsync(ServerEndpoint server)
    {
        await using var target = ClickHouseTarget.Of(server, table, Options);
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
