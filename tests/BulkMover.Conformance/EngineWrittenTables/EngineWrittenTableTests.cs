using BulkMover.Cli.Sources;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Conformance.EngineWrittenTables;

/// <summary>Iceberg tables that ClickHouse wrote in random steps, copied whole into it and compared there with what it knows.</summary>
public sealed class EngineWrittenTableTests(ClickHouseServerFixture server) : IClassFixture<ClickHouseServerFixture>
{
    private const int Changes = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Copy_IcebergTableAfterRandomChanges_HoldsTheRowsOfItsTwin(int seed)
    {
        string database = await server.NewDatabaseAsync(Token);
        var tables = new TwinTables(server, database, new Random(seed));
        await tables.CreateAsync(Token);
        var done = new List<string>();
        for (int i = 0; i < Changes; i++)
            done.Add(await tables.ChangeAsync(Token));

        await CopyAsync($"iceberg:{tables.IcebergDirectory}", new TableName(database, "copied"));

        string expected = await RowsAsync(tables.Own), copied = await RowsAsync($"{database}.copied");
        Assert.True(expected == copied, $"After: {string.Join("; ", done)}\n{FirstDifference(expected, copied)}");
    }

    private async Task CopyAsync(string from, TableName to)
    {
        Source source = await SourceOpener.OpenAsync(from, Token);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, Token);
        var scan = new Scan(snapshot, columns: null, where: null);
        await using ITarget target = ClickHouseTarget.Of(new ServerEndpoint(server.Endpoint, server.User, server.Password), to, new ClickHouseTableOptions());
        TargetPlan plan = await target.PlanAsync(new TargetRequest(TransferId.Of(from, to.ToString()), new TransferOrigin("", "", from, snapshot.Id), scan.OutputSchema, CopyMode.Create, []), Token);
        var copy = new CopyTransfer(snapshot, scan, source.NewReader(snapshot, scan), target, plan, new MemoryBudget(MemoryBudget.DefaultBytes()), new CopyOptions());
        await copy.RunAsync(Token);
    }

    private Task<string> RowsAsync(string table) =>
        server.QueryAsync($"SELECT * FROM {table} ORDER BY id FORMAT TSVWithNames SETTINGS session_timezone = 'UTC'", Token);

    private static string FirstDifference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        int at = Enumerable.Range(0, Math.Min(left.Length, right.Length)).FirstOrDefault(i => left[i] != right[i], Math.Min(left.Length, right.Length));
        return $"{left.Length} and {right.Length} lines, line {at + 1}:\n{left.ElementAtOrDefault(at)}\n{right.ElementAtOrDefault(at)}";
    }
}
