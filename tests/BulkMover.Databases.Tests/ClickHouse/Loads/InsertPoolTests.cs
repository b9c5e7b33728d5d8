using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.Tests.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Loads;

public sealed class InsertPoolTests(ClickHouseServerFixture server) : IDisposable
{
    private static readonly Dictionary<string, object> Settings = new() { ["async_insert"] = 0 };

    private readonly ServerClient client = new(new ServerEndpoint(server.Endpoint, "default", ""));

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task Send_NothingComesForAWhile_TheInsertIsEndedAndTheNextBlockGetsAnother()
    {
        string table = await NewTableAsync("a Int64");
        await using InsertPool pool = Pool(table);
        await SendAsync(pool, 0);
        await UntilAsync($"SELECT count() FROM {table}", "10\n");
        await SendAsync(pool, 10);
        await pool.FlushAsync(Stopping);
        Assert.Equal("20\t190\n", await server.QueryAsync($"SELECT count(), sum(a) FROM {table}", Stopping));
    }

    [Fact]
    public async Task Flush_AnIdleInsertWasRefusedMeanwhile_ReportsIt()
    {
        string table = await NewTableAsync("a Int64, CONSTRAINT none CHECK a < 0");
        await using InsertPool pool = Pool(table);
        await SendAsync(pool, 0);
        await UntilAsync($"SELECT count() FROM system.processes WHERE query LIKE '%INTO {table}%' AND query NOT LIKE '%processes%'", "0\n");
        var error = await Assert.ThrowsAsync<TargetException>(() => pool.FlushAsync(Stopping));
        Assert.Contains("Constraint `none`", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(70_000, 3)]
    public async Task Send_BlocksAreLarge_EachIsAPartOfItsOwnAndSmallOnesAreOneTogether(int rows, int parts)
    {
        string table = await NewTableAsync("a Int64");
        Func<NativeBlock, IReadOnlyDictionary<string, object>> settings = InsertStatement.SettingsByBlock(await ServerAbilities.FindAsync(client, Stopping));
        await using (var pool = new InsertPool(first => client.Insert($"INSERT INTO {table} FORMAT Native", settings(first)), 1, TimeSpan.FromSeconds(5)))
        {
            for (int i = 0; i < 3; i++)
            {
                using NativeBlock block = Blocks.Numbers(i * rows, rows);
                await pool.SendAsync(block, 0, Stopping);
            }

            await pool.FlushAsync(Stopping);
        }

        Assert.Equal($"{parts}\t{3 * rows}\n", await server.QueryAsync(
            $"SELECT count(), sum(rows) FROM system.parts WHERE database || '.' || table = '{table}' AND level = 0", Stopping));
    }

    private static async Task SendAsync(InsertPool pool, int start)
    {
        using NativeBlock block = Blocks.Numbers(start, 10);
        await pool.SendAsync(block, 0, Stopping);
    }

    private InsertPool Pool(string table) => new(_ => client.Insert($"INSERT INTO {table} FORMAT Native", Settings), 1, TimeSpan.FromMilliseconds(200));

    private async Task UntilAsync(string sql, string expected)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        while (await server.QueryAsync(sql, limit.Token) != expected)
            await Task.Delay(20, limit.Token);
    }

    private async Task<string> NewTableAsync(string columns)
    {
        string table = $"{await server.NewDatabaseAsync(Stopping)}.t";
        await client.ExecuteAsync($"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY ()", Settings, Stopping);
        return table;
    }
}
