using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BulkMover.Testing.ClickHouse;

/// <summary>Stands between a mover and its servers, counts requests, and does harm to some of them.</summary>
/// <param name="servers">The servers, each at an address of its own: it is found at the same addresses, at another port.</param>
/// <param name="isCutAt">The requests, from 1, at which it happens.</param>
/// <param name="cut">What happens.</param>
public sealed class CuttingProxy(IReadOnlyList<Uri> servers, Predicate<int> isCutAt, Cut cut) : IAsyncDisposable
{
    /// <summary>Short, and longer than a request takes.</summary>
    private static readonly TimeSpan While = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> connections = [];
    private Task accepting = Task.CompletedTask;
    private int requests;
    private int cuts;

    /// <summary>Whether the first cut is for good, as if the mover had been killed: it sees nothing of the server any more.</summary>
    public bool IsLasting { get; init; }

    /// <summary>Kills the server.</summary>
    public Action Kill { get; init; } = () => { };

    /// <summary>Words of statements that the server does not get as they are, but others of the same length: it refuses what is no statement. Null for none.</summary>
    public (string Words, string Others)? Misread { get; init; }

    /// <summary>The status line of a <see cref="Cut.Refusal"/>, from the number on.</summary>
    public string Status { get; init; } = "503 Service Unavailable";

    public int Cuts => cuts;

    public int Requests => requests;

    public CuttingProxy(Uri server, Predicate<int> isCutAt, Cut cut)
        : this([server], isCutAt, cut)
    {
    }

    /// <returns>Where the first of the servers is found now.</returns>
    public Uri Start()
    {
        var listeners = new List<TcpListener>();
        foreach (Uri server in servers)
        {
            listeners.Add(new TcpListener(IPAddress.Parse(server.Host), listeners.Count == 0 ? 0 : ((IPEndPoint)listeners[0].LocalEndpoint).Port));
            listeners[^1].Start();
        }

        accepting = Task.WhenAll(listeners.Zip(servers, AcceptAsync));
        return new Uri($"http://{listeners[0].LocalEndpoint}/");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // They stop the listeners themselves, between two connections.
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, Uri server)
    {
        try
        {
            while (true)
                connections.Add(ServeAsync(server, await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            listener.Stop();
        }
    }

    private async Task ServeAsync(Uri server, TcpClient mover)
    {
        using (mover)
        using (var upstream = new TcpClient())
        {
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, stop.Token);
                var connection = new Connection(mover, upstream);
                await await Task.WhenAny(PumpRequestsAsync(connection), PumpAnswersAsync(connection));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // It is cut, or one side has closed.
            }
        }
    }

    /// <summary>Until the connection is to be closed.</summary>
    private async Task PumpRequestsAsync(Connection connection)
    {
        (NetworkStream from, NetworkStream to) = (connection.FromMover, connection.FromServer);
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and int read)
        {
            if (connection.IsIdle)
                (connection.IsIdle, connection.Number, connection.Pieces) = (false, Interlocked.Increment(ref requests), 0);
            connection.Pieces++;
            Memory<byte> piece = buffer.AsMemory(0, read);
            if (Misread is var (words, others) && piece.Span.IndexOf(Encoding.ASCII.GetBytes(words)) is >= 0 and var at)
            {
                Interlocked.Increment(ref cuts);
                Encoding.ASCII.GetBytes(others, piece.Span[at..]);
            }

            switch (isCutAt(connection.Number) ? cut : (Cut?)null)
            {
                case Cut.BeforeRequest:
                    await CutAsync();
                    return;
                // Behind its head, or in the middle of what follows it. In the head it would be the embedded engine's end: it aborts (26.7.2).
                case Cut.AmidRequest when connection.Pieces > connection.Number % 2:
                    await to.WriteAsync(connection.Pieces == 1 ? piece : piece[..(read / 2)], stop.Token);
                    await ResetAsync(connection);
                    return;
                case Cut.RequestLate:
                    await CutAsync();
                    await ForwardLateAsync(piece.ToArray(), from, to);
                    return;
                case Cut.Refusal:
                    await CutAsync();
                    await RefuseAsync(from);
                    return;
                case Cut.ServerKilled:
                    await to.WriteAsync(piece, stop.Token);
                    Kill();
                    await CutAsync();
                    return;
                case Cut.Delay:
                    await Task.Delay(While, stop.Token);
                    break;
            }

            await to.WriteAsync(piece, stop.Token);
        }
    }

    /// <inheritdoc cref="PumpRequestsAsync"/>
    private async Task PumpAnswersAsync(Connection connection)
    {
        (NetworkStream from, NetworkStream to) = (connection.FromServer, connection.FromMover);
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and int read)
        {
            connection.IsIdle = true;
            Memory<byte> piece = buffer.AsMemory(0, read);
            switch (isCutAt(connection.Number) ? cut : (Cut?)null)
            {
                case Cut.BeforeAnswer:
                    await CutAsync();
                    return;
                case Cut.AmidRequest:
                    await ResetAsync(connection);
                    return;
                case Cut.AmidAnswer:
                    await to.WriteAsync(piece[..(read / 2)], stop.Token);
                    await ResetAsync(connection);
                    return;
                case Cut.AnswerShort:
                    // Head and body come in one piece or in two.
                    await to.WriteAsync(piece[..^1], stop.Token);
                    await CutAsync();
                    return;
                case Cut.AnswerLost:
                    await CutAsync();
                    await Task.Delay(Timeout.Infinite, stop.Token);
                    return;
                case Cut.Delay:
                    Interlocked.Increment(ref cuts);
                    await Task.Delay(While, stop.Token);
                    break;
            }

            await to.WriteAsync(piece, stop.Token);
        }
    }

    /// <summary>Keeps all that the mover sends until it gives up, and sends it a while later, when perhaps the next attempt is at work.</summary>
    private async Task ForwardLateAsync(byte[] first, NetworkStream mover, NetworkStream upstream)
    {
        using var all = new MemoryStream();
        all.Write(first);
        try
        {
            await mover.CopyToAsync(all, stop.Token);
        }
        catch (IOException)
        {
            // So it gives up, too.
        }

        await Task.Delay(While, stop.Token);
        await upstream.WriteAsync(all.ToArray(), stop.Token);
        // A server that sees the connection close may end the statement.
        await Task.Delay(While * 10, stop.Token);
    }

    private async Task RefuseAsync(NetworkStream mover)
    {
        const string Page = "<html><body><h1>Try later</h1></body></html>";
        string answer = $"HTTP/1.1 {Status}\r\nContent-Type: text/html\r\nContent-Length: {Page.Length}\r\nConnection: close\r\n\r\n{Page}";
        await mover.WriteAsync(Encoding.ASCII.GetBytes(answer), stop.Token);
        mover.Socket.Shutdown(SocketShutdown.Send);
        // Closed with bytes unread, the connection would be reset, and the answer lost.
        await mover.CopyToAsync(Stream.Null, stop.Token);
    }

    private async Task ResetAsync(Connection connection)
    {
        await CutAsync();
        // Closing sends RST then.
        connection.Mover.LingerState = connection.Server.LingerState = new LingerOption(true, 0);
    }

    private async Task CutAsync()
    {
        Interlocked.Increment(ref cuts);
        if (IsLasting)
            await stop.CancelAsync();
    }

    private sealed class Connection(TcpClient mover, TcpClient server)
    {
        public TcpClient Mover => mover;

        public TcpClient Server => server;

        public NetworkStream FromMover { get; } = mover.GetStream();

        public NetworkStream FromServer { get; } = server.GetStream();

        public bool IsIdle { get; set; } = true;

        public int Number { get; set; }

        public int Pieces { get; set; }
    }
}
