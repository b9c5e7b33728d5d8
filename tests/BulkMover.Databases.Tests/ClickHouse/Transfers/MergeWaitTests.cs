using System.Collections.Concurrent;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>A copy leaves no table more parts than its server lets inserts make.</summary>
public sealed class MergeWaitTests(ClickHouseServerFixture server)
{
    private const int ChunkRows = 10;
    private const int Limit = 6;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Copy_StagingTableGetsPartsFasterThanTheyAreMerged_WaitsAndSaysSo(CopyMode mode)
    {
        using TargetFixture target = await NewAsync();
        await using var run = await CopyRun.BeginAsync(server, target, mode, TimeSpan.FromMinutes(1));
        // The first chunk's table becomes the staging table.
        await run.ArriveAsync(0);
        await target.QueryAsync($"SYSTEM STOP MERGES {{db}}.{run.Staging}");
        for (int chunk = 1; chunk < Limit; chunk++)
            await run.ArriveAsync(chunk);
        Assert.Empty(run.Notes);
        Task seventh = run.ArriveAsync(Limit);
        await Task.Delay(TimeSpan.FromSeconds(1), Stopping);
        Assert.False(seventh.IsCompleted);
        Assert.Contains("has 6 parts in a partition", Assert.Single(run.Notes), StringComparison.Ordinal);

        await target.QueryAsync($"SYSTEM START MERGES {{db}}.{run.Staging}");
        await seventh.WaitAsync(TimeSpan.FromSeconds(60), Stopping);
        Assert.Contains(run.Notes, note => note.StartsWith("Waited ", StringComparison.Ordinal));
        Assert.Equal((Limit + 1) * ChunkRows, await run.CommitAsync((Limit + 1) * ChunkRows));
        Assert.Equal("70\t70", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_TargetHasManyPartsAlready_BringsItsOwnWhenTheyAreMerged()
    {
        using TargetFixture target = await NewAsync();
        await target.QueryAsync("SYSTEM STOP MERGES {db}.t");
        for (int i = 0; i < Limit; i++)
            await target.QueryAsync($"INSERT INTO {{db}}.t SETTINGS async_insert = 0 VALUES ({-1 - i}, 'before')");
        await using var run = await CopyRun.BeginAsync(server, target, CopyMode.Append, TimeSpan.FromMinutes(1));
        await run.ArriveAsync(0);
        Task<long> commit = run.CommitAsync(ChunkRows);
        await Task.Delay(TimeSpan.FromSeconds(1), Stopping);
        Assert.False(commit.IsCompleted);
        await target.QueryAsync("SYSTEM START MERGES {db}.t");
        Assert.Equal(ChunkRows, await commit.WaitAsync(TimeSpan.FromSeconds(60), Stopping));
        Assert.Equal("16\t16", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Copy_ServerMergesNothing_FailsAsOverloadAndTheNextRunGoesOn()
    {
        using TargetFixture target = await NewAsync();
        TargetRequest request = TargetFixture.Request(CopyMode.Append);
        await using (var run = await CopyRun.BeginAsync(server, target, request, TimeSpan.FromSeconds(1)))
        {
            await run.ArriveAsync(0);
            await target.QueryAsync($"SYSTEM STOP MERGES {{db}}.{run.Staging}");
            for (int chunk = 1; chunk < Limit; chunk++)
                await run.ArriveAsync(chunk);
            var error = await Assert.ThrowsAsync<EnvironmentException>(() => run.ArriveAsync(Limit));
            Assert.Equal(("clickhouse.too_many_parts", true, true), (error.Code, error.IsTransient, error.IsOverload));
        }

        await target.QueryAsync($"SYSTEM START MERGES {{db}}.{await StagingAsync(target)}");
        await using var next = await CopyRun.BeginAsync(server, target, request, TimeSpan.FromMinutes(1));
        Assert.Equal(Limit + 1, next.Chunks);
        await next.CommitAsync((Limit + 1) * ChunkRows);
        Assert.Equal("70\t70", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    [Fact]
    public async Task Send_ChunkMakesMorePartsThanTheTableAllows_Arrives()
    {
        using TargetFixture target = await NewAsync();
        await using var run = await CopyRun.BeginAsync(server, target, CopyMode.Append, TimeSpan.FromMinutes(1));
        await run.ArriveAsync(0, inserts: Limit * 3);
        await run.CommitAsync(ChunkRows * Limit * 3);
        Assert.Equal("180\t180", await target.QueryAsync("SELECT count(), uniqExact(id) FROM {db}.t"));
    }

    private async Task<TargetFixture> NewAsync()
    {
        TargetFixture target = await TargetFixture.NewAsync(server);
        await target.QueryAsync("CREATE TABLE {db}.t (id Int64, name Nullable(String)) ENGINE = MergeTree ORDER BY id "
            + $"SETTINGS parts_to_delay_insert = {Limit}, parts_to_throw_insert = {Limit + 4}, merge_selecting_sleep_ms = 100");
        return target;
    }

    private static Task<string> StagingAsync(TargetFixture target) =>
        target.QueryAsync("SELECT name FROM system.tables WHERE database = '{db}' AND match(name, '^t__bulkmover_[0-9a-f]+_e[0-9]+$')");

    private sealed class CopyRun(TargetFixture rows, ClickHouseTarget target, ITargetLoad load, ConcurrentQueue<string> notes, string staging) : IAsyncDisposable
    {
        private int next;

        public string Staging => staging;

        public IEnumerable<string> Notes => notes;

        public int Chunks => load.Arrived.Count;

        public static Task<CopyRun> BeginAsync(ClickHouseServerFixture server, TargetFixture rows, CopyMode mode, TimeSpan patience) =>
            BeginAsync(server, rows, TargetFixture.Request(mode), patience);

        public static async Task<CopyRun> BeginAsync(ClickHouseServerFixture server, TargetFixture rows, TargetRequest request, TimeSpan patience)
        {
            var endpoint = new ServerEndpoint(server.Endpoint, "default", "") { StallTimeout = patience };
            var target = ClickHouseTarget.Of(endpoint, new TableName(await rows.QueryAsync("SELECT '{db}'"), "t"), new ClickHouseTableOptions());
            var notes = new ConcurrentQueue<string>();
            TargetPlan plan = await target.PlanAsync(request, Stopping);
            ITargetLoad load = await target.BeginAsync(plan, rows.Limits with { Writers = Limit * 3, Notes = new Queue(notes) }, Stopping);
            return new CopyRun(rows, target, load, notes, await StagingAsync(rows));
        }

        /// <summary>A chunk of so many parts.</summary>
        public async Task ArriveAsync(int number, int inserts = 1)
        {
            await using IChunkLoad chunk = await load.BeginChunkAsync(number, Stopping);
            for (int i = 0; i < inserts; i++)
            {
                // Each lane is an insert of its own, which makes a part.
                foreach (IEncodedBlock block in load.Encode(rows.Rows(next, ChunkRows)))
                    await chunk.SendAsync(block, i, Stopping);
                next += ChunkRows;
            }

            await chunk.CommitAsync(inserts * ChunkRows, BitConverter.GetBytes(number), Stopping);
        }

        public Task<long> CommitAsync(long all) => load.CommitAsync(all, Stopping);

        public async ValueTask DisposeAsync()
        {
            await load.DisposeAsync();
            await target.DisposeAsync();
        }

        private sealed class Queue(ConcurrentQueue<string> notes) : IProgress<string>
        {
            public void Report(string value) => notes.Enqueue(value);
        }
    }
}
