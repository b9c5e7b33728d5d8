using System.Net;
using System.Net.Sockets;

namespace BulkMover.Testing.ClickHouse;

/// <summary>When the connection of a mover and its server breaks for good.</summary>
public enum Cut
{
    /// <summary>Before the server gets the request.</summary>
    BeforeRequest,

    /// <summary>When the server has done what it was asked, before the mover hears of it.</summary>
    BeforeAnswer,

    /// <summary>While the server is at it: it is killed.</summary>
    ServerKilled,
}

/// <summary>Stands between a mover and a server, counts requests, and cuts the connection at some of them.</summary>
/// <param name="server">The server.</param>
/// <param name="isCutAt">The requests, from 1, at which it happens.</param>
/// <param name="cut">What happens.</param>
public sealed class CuttingProxy(Uri server, Predicate<int> isCutAt, Cut cut) : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> connections = [];
    private Task accepting = Task.CompletedTask;
    private int requests;
    private int cuts;

    /// <summary>Whether the first cut is for good, as if the mover had been killed: it sees nothing of the server any more.</summary>
    public bool IsLasting { get; init; }

    /// <summary>Kills the server.</summary>
    public Action Kill { get; init; } = () => { };

    public int Cuts => cuts;

    public Uri Start()
    {
        listener.Start();
        accepting = AcceptAsync();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // It stops the listener itself, between two connections.
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            listener.Stop();
        }
    }

    private async Task ServeAsync(TcpClient mover)
    {
        using (mover)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, stop.Token);
                var connection = new Connection();
                await Task.WhenAny(
                    PumpAsync(mover.GetStream(), upstream.GetStream(), connection, isRequest: true),
                    PumpAsync(upstream.GetStream(), mover.GetStream(), connection, isRequest: false));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // It is cut.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Connection connection, bool isRequest)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and int read)
            {
                if (isRequest && connection.IsIdle)
                {
                    connection.IsIdle = false;
                    connection.Number = Interlocked.Increment(ref requests);
                }

                bool isIt = isCutAt(connection.Number);
                connection.IsIdle = !isRequest;
                if (isIt && ((isRequest && cut == Cut.BeforeRequest) || (!isRequest && cut == Cut.BeforeAnswer)))
                {
                    await CutAsync();
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), stop.Token);
                if (isIt && isRequest && cut == Cut.ServerKilled)
                {
                    Kill();
                    await CutAsync();
                    return;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It is cut, or one side has closed.
        }
    }

    private async Task CutAsync()
    {
        Interlocked.Increment(ref cuts);
        if (IsLasting)
            await stop.CancelAsync();
    }

    private sealed class Connection
    {
        public bool IsIdle { get; set; } = true;

        public int Number { get; set; }
    }
}
