using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Throughput.Scenarios;

/// <summary>A ClickHouse in a process of its own, with a data directory that goes when it is disposed.</summary>
internal sealed class TargetServer : IAsyncDisposable
{
    /// <summary>The table that each contestant fills.</summary>
    public const string Table = "lineitem";

    private readonly EmbeddedServer server;
    private readonly DirectoryInfo data;
    private readonly HttpClient http;

    private TargetServer(EmbeddedServer server, DirectoryInfo data)
    {
        this.server = server;
        this.data = data;
        http = new HttpClient { BaseAddress = server.Endpoint, Timeout = TimeSpan.FromMinutes(10) };
    }

    public int ProcessId => server.ProcessId;

    public int Port => server.Endpoint.Port;

    /// <summary>Starts one that may read the files below a directory by itself.</summary>
    public static async Task<TargetServer> StartAsync(string files, CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("bulkmover-perf-");
        try
        {
            var options = new EmbeddedServerOptions(scratch.FullName, HostCommand.OfThisProgram()) { WorkingDirectory = files };
            return new TargetServer(await EmbeddedServer.StartAsync(options, cancellationToken), scratch);
        }
        catch
        {
            scratch.Delete(recursive: true);
            throw;
        }
    }

    /// <returns>The result as tab-separated text.</returns>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        using var content = new StringContent(sql);
        using HttpResponseMessage response = await http.PostAsync((Uri?)null, content, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text.TrimEnd() : throw new InvalidOperationException($"{sql}\n{text}");
    }

    public async ValueTask DisposeAsync()
    {
        // The server ends at once when no connection is open.
        http.Dispose();
        await server.DisposeAsync();
        data.Delete(recursive: true);
    }
}
