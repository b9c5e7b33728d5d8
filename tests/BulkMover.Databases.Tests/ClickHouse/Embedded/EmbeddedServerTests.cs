using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Embedded;

public sealed class EmbeddedServerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("bulkmover-embedded-").FullName;
    // The server waits for open connections when it ends.
    private readonly HttpClient http = new() { DefaultRequestHeaders = { ConnectionClose = true } };

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        http.Dispose();
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Start_AgainInTheSameDirectory_KeepsTheTables()
    {
        await using (EmbeddedServer first = await StartAsync("my data %20"))
        {
            await QueryAsync(first.Endpoint, "CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a");
            await QueryAsync(first.Endpoint, "INSERT INTO t SELECT number FROM numbers(1000) SETTINGS async_insert = 0");
        }

        await using EmbeddedServer second = await StartAsync("my data %20");
        Assert.Equal("1000\t499500", await QueryAsync(second.Endpoint, "SELECT count(), sum(a) FROM t"));
    }

    [Fact]
    public async Task Start_DirectoryInUse_SaysSoInBoundedTime()
    {
        await using EmbeddedServer first = await StartAsync("data");
        var options = new EmbeddedServerOptions(Path.Combine(root, "data"), TestHost.OfTests()) { LockTimeout = TimeSpan.Zero };
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => EmbeddedServer.StartAsync(options, Stopping));
        Assert.Equal("clickhouse.embedded_in_use", error.Code);
        Assert.Equal("1", await QueryAsync(first.Endpoint, "SELECT 1"));
    }

    [Fact]
    public async Task Start_DirectoryIsLetGoMeanwhile_Waits()
    {
        EmbeddedServer first = await StartAsync("data");
        Task<EmbeddedServer> second = StartAsync("data");
        await first.DisposeAsync();
        await using EmbeddedServer started = await second;
        Assert.Equal("1", await QueryAsync(started.Endpoint, "SELECT 1"));
    }

    [Fact]
    public async Task Start_DirectoryHoldsSomethingElse_TouchesNothing()
    {
        File.WriteAllText(Path.Combine(root, "thesis.txt"), "precious");
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => StartAsync("."));
        Assert.Equal("clickhouse.embedded_directory_foreign", error.Code);
        Assert.Equal(["thesis.txt"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Start_DirectoryIsAFile_IsAnEnvironmentError()
    {
        File.WriteAllText(Path.Combine(root, "file"), "");
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => StartAsync("file"));
        Assert.Equal("clickhouse.embedded_directory", error.Code);
    }

    [Fact]
    public async Task Start_ServerRefusesItsConfiguration_ReportsWhatItSaid()
    {
        string config = Path.Combine(root, "broken.xml");
        File.WriteAllText(config, "<clickhouse><users>");
        var options = new EmbeddedServerOptions(Path.Combine(root, "data"), TestHost.OfTests()) { ConfigFile = config };
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => EmbeddedServer.StartAsync(options, Stopping));
        Assert.Equal("clickhouse.embedded_start", error.Code);
        Assert.Contains("broken.xml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProgramIsMissing_NamesIt()
    {
        var options = new EmbeddedServerOptions(Path.Combine(root, "data"), new HostCommand("/nowhere/bulkmover", []));
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => EmbeddedServer.StartAsync(options, Stopping));
        Assert.Equal("clickhouse.embedded_start", error.Code);
        Assert.Contains("/nowhere/bulkmover", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WorkingDirectoryGiven_FilesAreFoundFromThere()
    {
        string files = Directory.CreateDirectory(Path.Combine(root, "files")).FullName;
        File.WriteAllText(Path.Combine(files, "a.csv"), "1\n2\n");
        var options = new EmbeddedServerOptions(Path.Combine(root, "data"), TestHost.OfTests()) { WorkingDirectory = files };
        await using EmbeddedServer server = await EmbeddedServer.StartAsync(options, Stopping);
        Assert.Equal("3", await QueryAsync(server.Endpoint, "SELECT sum(c1) FROM file('a.csv')"));
    }

    [Fact]
    public async Task Start_Cancelled_LeavesNoProcess()
    {
        using var stop = new CancellationTokenSource();
        Task<EmbeddedServer> starting = EmbeddedServer.StartAsync(
            new EmbeddedServerOptions(Path.Combine(root, "data"), TestHost.OfTests()), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        // The directory is free again, so nobody is left in it.
        await using EmbeddedServer next = await StartAsync("data");
        Assert.Equal("1", await QueryAsync(next.Endpoint, "SELECT 1"));
    }

    [Fact]
    public async Task Parent_IsKilled_ServerEndsWithinTwoSecondsAndItsRowsSurvive()
    {
        string data = Path.Combine(root, "data");
        using Process parent = Process.Start(new ProcessStartInfo(TestHost.Program, [KillableParent.Command, data])
        {
            UseShellExecute = false, RedirectStandardOutput = true,
        })!;
        string said = (await parent.StandardOutput.ReadLineAsync(Stopping))!;
        var endpoint = new Uri(said);
        await QueryAsync(endpoint, "CREATE TABLE t ENGINE = MergeTree ORDER BY number AS SELECT * FROM numbers(1000)");

        parent.Kill();
        // A dead process can stay in the process list until the system's first process reaps it; its port cannot.
        await WaitUntilGoneAsync(endpoint).WaitAsync(TimeSpan.FromSeconds(2), Stopping);

        await using EmbeddedServer next = await StartAsync("data");
        Assert.Equal("1000", await QueryAsync(next.Endpoint, "SELECT count() FROM t"));
    }

    [Fact]
    public async Task Dispose_Idle_EndsTheProcessSoon()
    {
        EmbeddedServer server = await StartAsync("data");
        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Stopping);
        await Assert.ThrowsAsync<HttpRequestException>(() => QueryAsync(server.Endpoint, "SELECT 1"));
    }

    private async Task WaitUntilGoneAsync(Uri endpoint)
    {
        while (true)
        {
            HttpRequestException? error = await Record.ExceptionAsync(() => QueryAsync(endpoint, "SELECT 1")) as HttpRequestException;
            if (error?.HttpRequestError is HttpRequestError.ConnectionError)
                return;
        }
    }

    private Task<EmbeddedServer> StartAsync(string directory) =>
        EmbeddedServer.StartAsync(new EmbeddedServerOptions(Path.Combine(root, directory), TestHost.OfTests()), Stopping);

    private async Task<string> QueryAsync(Uri endpoint, string sql)
    {
        using var body = new StringContent(sql);
        using HttpResponseMessage answer = await http.PostAsync(endpoint, body, Stopping);
        string text = await answer.Content.ReadAsStringAsync(Stopping);
        return answer.IsSuccessStatusCode ? text.Trim() : throw new HttpRequestException(text);
    }
}
