using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>
/// A ClickHouse in a child process, its HTTP interface on a loopback port. Disposing ends it: at once when clients have closed their
/// connections, else it waits five seconds for them.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    private const int PortAttempts = 5;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly ServerProcess process;

    private EmbeddedServer(ServerProcess process, Uri endpoint)
    {
        this.process = process;
        Endpoint = endpoint;
    }

    /// <summary>The HTTP interface; user <c>default</c> without a password unless a configuration file says otherwise.</summary>
    public Uri Endpoint { get; }

    public int ProcessId => process.Id;

    /// <summary>Starts the engine and waits until it answers.</summary>
    /// <exception cref="EnvironmentException">It could not be fetched or started, or the directory is in use by another one.</exception>
    /// <exception cref="InvalidInputException">The directory holds something else.</exception>
    public static async Task<EmbeddedServer> StartAsync(EmbeddedServerOptions options, CancellationToken cancellationToken)
    {
        string data = DataDirectory.Prepare(options.DataDirectory);
        string library = await ChdbLibrary.LocateAsync(options.Progress, cancellationToken);
        var lockWait = Stopwatch.StartNew();
        int portClashes = 0;
        while (true)
        {
            var endpoint = new Uri($"http://{options.Listen.Address}:{(options.Listen.Port == 0 ? FindFreePort(options.Listen.Address) : options.Listen.Port)}/");
            // The answer to GET / proves that it is our child that listens, and not somebody who took the port first.
            string token = Guid.NewGuid().ToString("N");
            ServerProcess child = ServerProcess.Start(options.Host, options.WorkingDirectory ?? data,
                [library, .. Arguments(options, data, endpoint, token)]);
            if (await IsReadyAsync(child, endpoint, token, options.StartTimeout, cancellationToken))
                return new EmbeddedServer(child, endpoint);

            await child.StopAsync(TimeSpan.Zero);
            if (child.Said("Another server instance"))
            {
                if (lockWait.Elapsed > options.LockTimeout)
                    throw DataDirectory.InUse(data);
            }
            else if (!child.Said("Address already in use") || ++portClashes == PortAttempts)
            {
                throw NotStarted(data, child.Log);
            }

            await Task.Delay(PollInterval * 5, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await process.StopAsync(StopTimeout);

    private static IEnumerable<string> Arguments(EmbeddedServerOptions options, string data, Uri endpoint, string token)
    {
        yield return $"--path={data}";
        if (options.ConfigFile is not null)
            yield return $"--config-file={Path.GetFullPath(options.ConfigFile)}";
        yield return $"--listen_host={endpoint.Host}";
        yield return $"--http_port={endpoint.Port}";
        yield return "--query";
        // Reading standard input to its end keeps the engine alive for exactly as long as the parent lives.
        yield return "SYSTEM START LISTEN HTTP; SELECT count() FROM file('/dev/stdin', LineAsString, 'x String') FORMAT Null";
        yield return "--";
        yield return $"--http_server_default_response={token}";
        // A dropped table's files go at once: by default the server waits for eight minutes, which a copy does not live.
        yield return "--database_atomic_delay_before_drop_table_sec=0";
    }

    private static int FindFreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <returns>False when the process ended by itself.</returns>
    private static async Task<bool> IsReadyAsync(
        ServerProcess child, Uri endpoint, string token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var waited = Stopwatch.StartNew();
        try
        {
            while (!child.HasExited)
            {
                if (await AnswersAsync(http, endpoint, token, cancellationToken))
                    return true;
                if (waited.Elapsed > timeout)
                    throw NotStarted(child.WorkingDirectory, $"it did not answer within {timeout.TotalSeconds:N0} s. {child.Log}");
                await Task.Delay(PollInterval, cancellationToken);
            }

            return false;
        }
        catch
        {
            await child.StopAsync(TimeSpan.Zero);
            throw;
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri endpoint, string token, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetStringAsync(endpoint, cancellationToken) == token;
        }
        catch (Exception error) when (error is HttpRequestException or IOException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false; // Not listening yet; the caller's time limit and the process's end bound the wait.
        }
    }

    private static EnvironmentException NotStarted(string directory, string reason) =>
        new("clickhouse.embedded_start", $"The embedded ClickHouse in '{directory}' did not start: {reason}");
}
