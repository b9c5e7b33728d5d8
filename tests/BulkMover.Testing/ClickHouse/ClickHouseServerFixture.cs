using System.Net.Http.Headers;
using System.Text;
using BulkMover.Databases.ClickHouse.Embedded;
using Xunit;

namespace BulkMover.Testing.ClickHouse;

/// <summary>
/// A real ClickHouse for the tests of an assembly: <c>[assembly: AssemblyFixture(typeof(ClickHouseServerFixture))]</c>, then take it as a
/// constructor parameter. Each test class makes its own database.
/// </summary>
public class ClickHouseServerFixture : IAsyncLifetime
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private int databases;
    private int files;
    private EmbeddedServer? server;

    public ClickHouseServerFixture() => Root = Directory.CreateTempSubdirectory("bulkmover-clickhouse-").FullName;

    /// <summary>HTTP interface of the server.</summary>
    public Uri Endpoint => server!.Endpoint;

    public virtual string User => "default";

    public virtual string Password => "";

    /// <summary>Current directory of the server: what <c>file()</c> and <c>icebergLocal()</c> shall see is put below it.</summary>
    public string FilesDirectory => Path.Combine(Root, "files");

    protected string Root { get; }

    public virtual async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(FilesDirectory);
        if (Password.Length > 0)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
        server = await StartAsync(CancellationToken.None);
    }

    /// <summary>Starts the server again, with its data, after a query has killed it.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await server!.DisposeAsync();
        server = await StartAsync(cancellationToken);
    }

    /// <summary>Runs one statement; what it prints, by default tab-separated. An error of the server fails the test.</summary>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await QueryBytesAsync(sql, cancellationToken));

    /// <summary>As <see cref="QueryAsync"/>, for binary formats.</summary>
    public async Task<byte[]> QueryBytesAsync(string sql, CancellationToken cancellationToken)
    {
        using var body = new StringContent(sql);
        using HttpResponseMessage answer = await http.PostAsync(new Uri(Endpoint, "?wait_end_of_query=1"), body, cancellationToken);
        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? bytes : throw new InvalidOperationException($"{sql}\n{Encoding.UTF8.GetString(bytes)}");
    }

    /// <summary>Has the server write what a query gives to a Parquet file, in a directory of its own.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> WriteFileAsync(string file, string select, CancellationToken cancellationToken)
    {
        string path = Path.Combine(FilesDirectory, $"{Interlocked.Increment(ref files)}", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await QueryAsync($"INSERT INTO FUNCTION file('{path.Replace("'", "\\'", StringComparison.Ordinal)}', 'Parquet') {select}", cancellationToken);
        return path;
    }

    /// <summary>A table as the command line names it.</summary>
    public string Address(string database, string table) => $"clickhouse://{User}@{Endpoint.Authority}/{database}/{table}";

    /// <summary>Makes a database that no other test uses.</summary>
    public async Task<string> NewDatabaseAsync(CancellationToken cancellationToken)
    {
        string database = $"db{Interlocked.Increment(ref databases)}";
        await QueryAsync($"CREATE DATABASE {database} ENGINE = Atomic", cancellationToken);
        return database;
    }

    public virtual async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private Task<EmbeddedServer> StartAsync(CancellationToken cancellationToken)
    {
        var options = new EmbeddedServerOptions(Path.Combine(Root, "data"), Host)
        {
            WorkingDirectory = FilesDirectory, ConfigFile = ConfigFile(),
        };
        return EmbeddedServer.StartAsync(options, cancellationToken);
    }

    /// <summary>How the server's process is started.</summary>
    protected virtual HostCommand Host { get; } = TestHost.OfTests();

    /// <summary>Path of a configuration file for the server; null for none.</summary>
    protected virtual string? ConfigFile() => null;
}
