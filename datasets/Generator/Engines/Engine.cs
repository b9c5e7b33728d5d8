using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Datasets.Engines;

/// <summary>The embedded ClickHouse, asked with SQL.</summary>
internal sealed class Engine : IAsyncDisposable
{
    // An INSERT of a large dataset is one request.
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(10) };
    private readonly EmbeddedServer server;

    private Engine(EmbeddedServer server) => this.server = server;

    /// <param name="dataDirectory">Where it keeps its own tables.</param>
    /// <param name="workingDirectory">It reads and writes files below this one; null: its own directory.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<Engine> StartAsync(string dataDirectory, string? workingDirectory, CancellationToken cancellationToken)
    {
        var options = new EmbeddedServerOptions(dataDirectory, HostCommand.OfThisProgram())
        {
            WorkingDirectory = workingDirectory, Progress = new Progress<string>(Console.Error.WriteLine),
        };
        return new Engine(await EmbeddedServer.StartAsync(options, cancellationToken));
    }

    /// <summary>A text as SQL writes it.</summary>
    public static string Literal(string text) =>
        $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    /// <param name="sql">One statement.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <param name="settings">Settings of the engine for this statement: <c>name=value</c>.</param>
    /// <returns>What it answers, by default as tab-separated text.</returns>
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
    }
}
