using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Connections;

public sealed class ServerClientTests(ClickHouseServerFixture server) : IDisposable
{
    private static readonly Dictionary<string, object> Settings = new() { ["async_insert"] = 0 };

    private readonly ServerClient client = Client(server.Endpoint);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task Select_AnyText_ArrivesAsItIs()
    {
        IReadOnlyList<string[]> rows = await client.SelectAsync("SELECT '', 7 UNION ALL SELECT 'a\\n\\t\\'\"\\\\ü日', 42", Stopping);
        Assert.Equal([["", "7"], ["a\n\t'\"\\ü日", "42"]], rows.OrderBy(row => row[0], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_ManyBlocks_AreConfirmedTogether(WireCompression compression)
    {
        using ServerClient sending = Client(server.Endpoint, compression);
        string table = await NewTableAsync("a Int64");
        await using InsertRequest insert = sending.Insert($"INSERT INTO {table} FORMAT Native", Settings);
        for (int i = 0; i < 20; i++)
        {
            using NativeBlock block = Blocks.Numbers(i * 10_000, 10_000);
            await insert.WriteAsync(block, Stopping);
        }

        Assert.Equal(200_000, insert.Rows);
        Assert.Equal(200_000, await insert.CompleteAsync(Stopping));
        Assert.Equal("200000\t19999900000\n", await server.QueryAsync($"SELECT count(), sum(a) FROM {table}", Stopping));
        Assert.Equal("1\n", await server.QueryAsync($"SELECT count() FROM system.parts WHERE active AND database || '.' || table = '{table}'", Stopping));
    }

    [Theory]
    [InlineData(WireCompression.Auto, false)]
    [InlineData(WireCompression.None, false)]
    [InlineData(WireCompression.Zstd, true)]
    public async Task Insert_ToThisMachine_IsCompressedOnlyWhenToldTo(WireCompression compression, bool isCompressed)
    {
        using ServerClient sending = Client(server.Endpoint, compression);
        await using InsertRequest insert = sending.Insert($"INSERT INTO {await NewTableAsync("a Int64")} FORMAT Native", Settings);
        using NativeBlock block = Blocks.Numbers(0, 100_000);

        long sent = await insert.WriteAsync(block, Stopping);

        Assert.Equal(isCompressed, sent < block.Bytes);
        Assert.Equal(block.Bytes, insert.Bytes);
        Assert.Equal(100_000, await insert.CompleteAsync(Stopping));
    }

    [Fact]
    public async Task Insert_SmallBlocksAreCompressed_EachGoesOut()
    {
        using ServerClient sending = Client(server.Endpoint, WireCompression.Zstd);
        await using InsertRequest insert = sending.Insert($"INSERT INTO {await NewTableAsync("a Int64")} FORMAT Native", Settings);
        for (int i = 0; i < 3; i++)
        {
            using NativeBlock block = Blocks.Numbers(i, 1);
            Assert.True(await insert.WriteAsync(block, Stopping) > 0);
        }

        Assert.Equal(3, await insert.CompleteAsync(Stopping));
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_ServerRefusesWhileRowsAreSent_ReportsItsReason(WireCompression compression)
    {
        using ServerClient sending = Client(server.Endpoint, compression);
        string table = await NewTableAsync("a Int64, CONSTRAINT small CHECK a < 5");
        var error = await Assert.ThrowsAsync<TargetException>(() => InsertUntilEndAsync(sending, table, () => Blocks.Numbers(0, 100_000), 100));
        Assert.Equal("clickhouse.refused", error.Code);
        Assert.Contains("Constraint `small`", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_ValuesDoNotFitTheType_ReportsTheServersReason(WireCompression compression)
    {
        using ServerClient sending = Client(server.Endpoint, compression);
        string table = await NewTableAsync("a Int64");
        var error = await Assert.ThrowsAsync<TargetException>(() => InsertUntilEndAsync(sending, table, () => Blocks.Texts("nine"), 1));
        Assert.Contains("nine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insert_TableIsGone_SaysSo()
    {
        var error = await Assert.ThrowsAsync<TargetException>(() => InsertUntilEndAsync(client, "nowhere.t", () => Blocks.Numbers(0, 1), 1));
        Assert.Equal("clickhouse.database_missing", error.Code);
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_PeerAnswersAndClosesEarly_ReportsTheAnswerAndNotTheBrokenConnection(WireCompression compression)
    {
        await using var proxy = new ScriptedServer(ScriptedServer.Answer("""
            HTTP/1.1 500 Internal Server Error
            X-ClickHouse-Exception-Code: 243
            Connection: close

            Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space (NOT_ENOUGH_SPACE)
            """));
        using ServerClient other = Client(proxy.Endpoint, compression);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => InsertUntilEndAsync(other, "t", () => Blocks.Numbers(0, 100_000), 200));
        Assert.Equal("clickhouse.server_disk", error.Code);
        Assert.Contains("Cannot reserve", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_PeerNeverReads_FailsAfterTheStallTimeout(WireCompression compression)
    {
        await using var hung = new ScriptedServer((_, stopping) => Task.Delay(Timeout.Infinite, stopping));
        using var other = new ServerClient(new ServerEndpoint(hung.Endpoint, "default", "") { StallTimeout = TimeSpan.FromMilliseconds(500), Compression = compression });
        Task inserting = InsertUntilEndAsync(other, "t", () => Blocks.Numbers(0, 100_000), 200);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => inserting.WaitAsync(TimeSpan.FromSeconds(10), Stopping));
        Assert.Equal("clickhouse.timeout", error.Code);
        Assert.True(error.IsTransient);
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_ServerIsKilledBetweenBlocks_FailsInBoundedTime(WireCompression compression)
    {
        string data = Directory.CreateTempSubdirectory("bulkmover-killed-").FullName;
        try
        {
            await using EmbeddedServer victim = await EmbeddedServer.StartAsync(new EmbeddedServerOptions(data, TestHost.OfTests()), Stopping);
            using ServerClient other = Client(victim.Endpoint, compression);
            await other.ExecuteAsync("CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY ()", Settings, Stopping);
            await using InsertRequest insert = other.Insert("INSERT INTO t FORMAT Native", Settings);
            using NativeBlock block = Blocks.Numbers(0, 100_000);
            await insert.WriteAsync(block, Stopping);

            using (Process process = Process.GetProcessById(victim.ProcessId))
                process.Kill();
            async Task WriteOnAsync()
            {
                while (true)
                    await insert.WriteAsync(block, Stopping);
            }

            var error = await Assert.ThrowsAsync<EnvironmentException>(() => WriteOnAsync().WaitAsync(TimeSpan.FromSeconds(10), Stopping));
            Assert.Equal("clickhouse.connection_lost", error.Code);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory]
    [InlineData(WireCompression.None)]
    [InlineData(WireCompression.Zstd)]
    public async Task Insert_Disposed_LeavesNothingOfAnUnfinishedPart(WireCompression compression)
    {
        using ServerClient sending = Client(server.Endpoint, compression);
        string table = await NewTableAsync("a Int64");
        await using (InsertRequest insert = sending.Insert($"INSERT INTO {table} FORMAT Native", Settings))
        {
            using NativeBlock block = Blocks.Numbers(0, 500_000);
            await insert.WriteAsync(block, Stopping);
        }

        Assert.Equal("0\n", await server.QueryAsync($"SELECT count() FROM {table}", Stopping));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 13\n\n<html></html>", "clickhouse.not_clickhouse")]
    [InlineData("HTTP/1.1 404 Not Found\nContent-Length: 4\n\nnope", "clickhouse.not_clickhouse")]
    [InlineData("HTTP/1.1 302 Found\nLocation: http://example.org/\nContent-Length: 0\n\n", "clickhouse.not_clickhouse")]
    [InlineData("HTTP/1.1 503 Service Unavailable\nContent-Length: 4\n\nbusy", "clickhouse.proxy")]
    [InlineData("HTTP/1.1 500 Internal Server Error\nContent-Length: 13\n\n<html></html>", "clickhouse.proxy")]
    [InlineData("HTTP/1.1 200 OK\nX-ClickHouse-Query-Id: 1\nX-ClickHouse-Exception-Code: 241\nContent-Length: 10\n\nCode: 241.", "clickhouse.server_memory")]
    [InlineData("HTTP/1.1 200 OK\nX-ClickHouse-Query-Id: 1\nContent-Length: 4\n\nHi!\n", "clickhouse.not_clickhouse")]
    [InlineData("HTTP/1.1 500 Oops\nContent-Length: 1000\n\nCode: 202. DB::Exc", "clickhouse.connection_lost")]
    [InlineData("SSH-2.0-OpenSSH_9.2\n", "clickhouse.connection_lost")]
    [InlineData("", "clickhouse.connection_lost")]
    public async Task Select_SomethingElseAnswers_IsNamed(string answer, string code)
    {
        await using var other = new ScriptedServer(ScriptedServer.Answer(answer));
        using ServerClient stranger = Client(other.Endpoint);
        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => stranger.SelectAsync("SELECT 1", Stopping));
        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData(60, "table_missing", false, false)]
    [InlineData(164, "readonly", false, false)]
    [InlineData(201, "quota", false, false)]
    [InlineData(218, "table_dropped", false, false)]
    [InlineData(291, "access_denied", false, false)]
    [InlineData(452, "setting_forbidden", false, false)]
    [InlineData(497, "access_denied", false, false)]
    [InlineData(516, "authentication", false, false)]
    [InlineData(99999, "refused", false, false)]
    [InlineData(159, "server_timeout", true, false)]
    [InlineData(209, "server_network", true, false)]
    [InlineData(210, "server_network", true, false)]
    [InlineData(236, "server_stopping", true, false)]
    [InlineData(242, "table_readonly", true, false)]
    [InlineData(243, "server_disk", true, false)]
    [InlineData(394, "query_killed", true, false)]
    [InlineData(473, "table_busy", true, false)]
    [InlineData(999, "keeper", true, false)]
    [InlineData(202, "too_many_queries", true, true)]
    [InlineData(203, "server_busy", true, true)]
    [InlineData(241, "server_memory", true, true)]
    [InlineData(252, "too_many_parts", true, true)]
    [InlineData(439, "server_busy", true, true)]
    [InlineData(745, "server_busy", true, true)]
    public async Task Select_ServerRefuses_SaysWhoHasToActAndWhetherItMayPass(int code, string reason, bool mayPass, bool isOverload)
    {
        await using var server = new ScriptedServer(ScriptedServer.Answer(
            $"HTTP/1.1 500 Oops\nX-ClickHouse-Exception-Code: {code}\nConnection: close\n\nCode: {code}. DB::Exception: No."));
        using ServerClient other = Client(server.Endpoint);
        var error = await Assert.ThrowsAnyAsync<BulkMoverException>(() => other.SelectAsync("SELECT 1", Stopping));
        Assert.Equal(($"clickhouse.{reason}", mayPass, isOverload), (error.Code, error.IsTransient, error.IsOverload));
        Assert.Equal(mayPass ? ErrorSide.Environment : ErrorSide.Target, error.Side);
    }

    [Fact]
    public async Task Select_SystemHasNoSpaceLeft_IsAFullDiskWhateverTheCode()
    {
        await using var server = new ScriptedServer(ScriptedServer.Answer(
            "HTTP/1.1 500 Oops\nX-ClickHouse-Exception-Code: 1001\nConnection: close\n\nCode: 1001. DB::Exception: filesystem error: in create_directory: No space left on device"));
        using ServerClient other = Client(server.Endpoint);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => other.SelectAsync("SELECT 1", Stopping));
        Assert.Equal(("clickhouse.server_disk", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task Select_ProxyAsksToWait_IsPassedOn()
    {
        await using var proxy = new ScriptedServer(ScriptedServer.Answer("HTTP/1.1 429 Too Many Requests\nRetry-After: 7\nContent-Length: 4\n\nbusy"));
        using ServerClient other = Client(proxy.Endpoint);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => other.SelectAsync("SELECT 1", Stopping));
        Assert.Equal(("clickhouse.proxy", true, TimeSpan.FromSeconds(7)), (error.Code, error.IsOverload, error.RetryAfter));
    }

    [Fact]
    public async Task Select_NobodyListens_SaysSo()
    {
        Uri gone;
        await using (var brief = new ScriptedServer(ScriptedServer.Answer("")))
            gone = brief.Endpoint;
        using ServerClient other = Client(gone);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => other.SelectAsync("SELECT 1", Stopping));
        Assert.Equal("clickhouse.unreachable", error.Code);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Select_PortSpeaksNoTls_SaysSo()
    {
        using ServerClient other = Client(new UriBuilder("https", server.Endpoint.Host, server.Endpoint.Port).Uri);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => other.SelectAsync("SELECT 1", Stopping));
        Assert.Equal("clickhouse.tls", error.Code);
    }

    [Fact]
    public async Task Select_Cancelled_IsACancellation()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SelectAsync("SELECT toString(sleep(3))", stop.Token));
    }

    private static ServerClient Client(Uri endpoint, WireCompression compression = WireCompression.Auto) =>
        new(new ServerEndpoint(endpoint, "default", "") { Compression = compression });

    private static async Task InsertUntilEndAsync(ServerClient to, string table, Func<NativeBlock> make, int blocks)
    {
        await using InsertRequest insert = to.Insert($"INSERT INTO {table} FORMAT Native", Settings);
        for (int i = 0; i < blocks; i++)
        {
            using NativeBlock block = make();
            await insert.WriteAsync(block, Stopping);
        }

        await insert.CompleteAsync(Stopping);
    }

    private async Task<string> NewTableAsync(string columns)
    {
        string table = $"{await server.NewDatabaseAsync(Stopping)}.t";
        await client.ExecuteAsync($"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY ()", Settings, Stopping);
        return table;
    }
}
