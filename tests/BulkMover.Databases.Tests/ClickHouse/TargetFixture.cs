using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.Tests.Native;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>A database of its own on a server, and the way from rows to a table in it. Disposing checks that all memory came back.</summary>
internal sealed class TargetFixture(ClickHouseServerFixture server, string database) : IDisposable
{
    public static readonly Schema Simple = new(
        [new Field("id", Int64Type.Default, nullable: false), new Field("name", StringType.Default, nullable: true)], null);

    public string Database => database;

    public CountingAllocator Memory { get; } = new();

    public ClickHouseTableOptions Options { get; init; } = new();

    public LoadLimits Limits { get; init; } = new(Writers: 2, HeldBytes: 64 << 20);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<TargetFixture> NewAsync(ClickHouseServerFixture server) => new(server, await server.NewDatabaseAsync(Stopping));

    public ClickHouseTarget Open(string table, TimeSpan? lease = null)
    {
        var endpoint = new ServerEndpoint(server.Endpoint, server.User, server.Password);
        return ClickHouseTarget.Of(lease is null ? endpoint : endpoint with { LeaseTimeout = lease.Value }, new TableName(database, table), Options);
    }

    /// <summary>A query in which <c>{db}</c> is the database.</summary>
    public async Task<string> QueryAsync(string sql) =>
        (await server.QueryAsync(sql.Replace("{db}", database, StringComparison.Ordinal), Stopping)).TrimEnd('\n');

    public RecordBatch Batch(Schema schema, params object?[][] rows) => new ModelArrays(Memory).Batch(schema, rows);

    public RecordBatch Rows(int start, int count) =>
        Batch(Simple, [.. Enumerable.Range(start, count).Select(i => new object?[] { (long)i, i % 3 == 0 ? null : $"n{i}" })]);

    public async Task<TargetPlan> PlanAsync(string table, CopyMode mode, Schema? schema = null, params SortField[] sortOrder)
    {
        await using ClickHouseTarget target = Open(table);
        return await target.PlanAsync(Request(mode, schema, sortOrder), Stopping);
    }

    /// <summary>A transfer that there was not before.</summary>
    public static TargetRequest Request(CopyMode mode, Schema? schema = null, params SortField[] sortOrder) =>
        new(TransferId.Of(Guid.NewGuid().ToString()), new TransferOrigin("command", "selection", "parquet:/somewhere", "1"), schema ?? Simple, mode, sortOrder);

    /// <summary>A whole copy, as the engine does it.</summary>
    public async Task<long> CopyAsync(string table, CopyMode mode, params RecordBatch[] batches)
    {
        await using ClickHouseTarget target = Open(table);
        TargetPlan plan = await target.PlanAsync(Request(mode, batches[0].Schema), Stopping);
        await using TestLoad load = await TestLoad.BeginAsync(target, plan, Limits, Stopping);
        long rows = batches.Sum(batch => (long)batch.Length);
        foreach (RecordBatch batch in batches)
            await load.SendAsync(batch);
        await load.ArriveAsync();
        Assert.Equal(rows, await load.CommitAsync(rows));
        return rows;
    }

    /// <summary>A whole copy of 100 rows into <c>t</c>, which waits for no other run of it for long.</summary>
    public async Task CopyAsync(TargetRequest request)
    {
        await using ClickHouseTarget target = Open("t", TimeSpan.FromMilliseconds(200));
        await using TestLoad load = await TestLoad.BeginAsync(target, await target.PlanAsync(request, Stopping), Limits, Stopping);
        await load.SendAsync(Rows(0, 100));
        await load.ArriveAsync();
        await load.CommitAsync(100);
    }

    /// <summary>Names of the tables of the database but for the ledger, to see what is left over.</summary>
    public Task<string> TablesAsync() => QueryAsync("SELECT arrayStringConcat(groupArray(name), ',') FROM (SELECT name FROM system.tables WHERE database = '{db}' AND name != '__bulkmover_ledger' ORDER BY name)");

    public void Dispose()
    {
        Assert.Equal(0, Memory.LiveBuffers);
        Assert.Equal(0, Memory.BuffersFreedTwice);
    }
}
