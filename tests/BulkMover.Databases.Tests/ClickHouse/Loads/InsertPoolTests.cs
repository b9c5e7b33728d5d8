using System.Globalization;
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
    [InlineData("1000 1000 1000", "3000")]
    [InlineData("40000 40000 40000 40000 40000 40000 40000", "120000 160000")]
    [InlineData("70000 70000 70000", "70000 70000 70000")]
    [InlineData("70000 30000 70000", "30000 70000 70000")]
    [InlineData("70000 10000 10000 20 30 40 50", "140 20000 70000")]
    public async Task Send_LargeBlocksArePartsOfTheirOwn_SmallOnesComeTogether(string blocks, string parts)
    {
        string table = await NewTableAsync("a Int64");
        ServerAbilities abilities = await ServerAbilities.FindAsync(client, Stopping);
        await using (var pool = new InsertPool(
            ofLarge => client.Insert($"INSERT INTO {table} FORMAT Native", InsertStatement.Settings(abilities, ofLarge, hasPartitions: false)), 1, TimeSpan.FromSeconds(5)))
        {
            foreach (string rows in blocks.Split(' '))
            {
                using NativeBlock block = Blocks.Numbers(0, int.Parse(rows, CultureInfo.InvariantCulture));
                await pool.SendAsync(block, 0, Stopping);
            }

            await pool.FlushAsync(Stopping);
        }

        Assert.Equal($"{parts}\n", await server.QueryAsync(
            $"SELECT arrayStringConcat(arrayMap(part -> toString(part), arraySort(groupArray(rows))), ' ') FROM system.parts WHERE database || '.' || table = '{table}' AND level = 0", Stopping));
    }

    [Fact]
    public async Task Send_CompressionIsDecidedOtherwise_TheNextBlockGetsAnotherInsert()
    {
        string table = await NewTableAsync("a Int64");
        using var sending = new ServerClient(new ServerEndpoint(server.Endpoint, "default", "") { Compression = WireCompression.Auto, IsNear = false });
        await using var pool = new InsertPool(_ => sending.Insert($"INSERT INTO {table} FORMAT Native", Settings), 1, TimeSpan.FromSeconds(5));
        using NativeBlock block = Blocks.Numbers(0, 100_000);

        bool first = await pool.SendAsync(block, 0, Stopping) < block.Bytes;
        sending.Wire.Add(wereCompressed: true, 1, WireChoice.TrialTime);
        bool second = await pool.SendAsync(block, 0, Stopping) < block.Bytes;
        await pool.FlushAsync(Stopping);

        Assert.Equal((true, false), (first, second));
        Assert.Equal("200000\n", await server.QueryAsync($"SELECT count() FROM {table}", Stopping));
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
