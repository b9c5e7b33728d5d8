using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Datasets.Engines;

/// <summary>The embedded ClickHouse, asked with SQL. The program that uses it must have <see cref="EmbeddedHost.Command"/>.</summary>
public sealed class Engine : IAsyncDisposable
{
    // An INSERT of a large dataset is one request.
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(10) };
    private readonly EmbeddedServer server;
    private readonly DirectoryInfo? scratch;

    private Engine(EmbeddedServer server, DirectoryInfo? scratch)
    {
        this.server = server;
        this.scratch = scratch;
    }

    public int ProcessId => server.ProcessId;

    /// <summary>Of its HTTP interface.</summary>
    public int Port => server.Endpoint.Port;

    /// <summary>Starts one over the tables in a directory.</summary>
    public static async Task<Engine> StartAsync(string dataDirectory, CancellationToken cancellationToken) =>
        new(await StartServerAsync(dataDirectory, dataDirectory, cancellationToken), null);

    /// <summary>Starts one without tables, whose own go with it, and which reads and writes files below a directory.</summary>
    public static async Task<Engine> StartScratchAsync(string workingDirectory, CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("bulkmover-engine-");
        try
        {
            return new Engine(await StartServerAsync(scratch.FullName, workingDirectory, cancellationToken), scratch);
        }
        catch
        {
            scratch.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>A text as SQL writes it.</summary>
    public static string Literal(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    /// <summary>Runs one statement, with settings as <c>name=value</c>.</summary>
    /// <returns>What it answers, by default as tab-separated text.</returns>
    /// <exception cref="InvalidInputException">The engine refuses it.</exception>
    public async Task<string> RunAsync(string sql, CancellationToken cancellationToken, params IEnumerable<string> settings)
    {
        using var body = new StringContent(sql);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(server.Endpoint, $"?{string.Join('&', settings)}"), body, cancellationToken);
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? text.TrimEnd() : throw new InvalidInputException("datasets.sql", $"The engine refused '{sql}': {text}");
    }

    public async ValueTask DisposeAsync()
    {
        // The server ends at once when no connection is open.
        http.Dispose();
        await server.DisposeAsync();
        scratch?.Delete(recursive: true);
    }

    private static Task<EmbeddedServer> StartServerAsync(string dataDirectory, string workingDirectory, CancellationToken cancellationToken)
    {
        var options = new EmbeddedServerOptions(dataDirectory, HostCommand.OfThisProgram())
        {
            WorkingDirectory = workingDirectory, Progress = new Progress<string>(Console.Error.WriteLine),
        };
        return EmbeddedServer.StartAsync(options, cancellationToken);
    }
}
