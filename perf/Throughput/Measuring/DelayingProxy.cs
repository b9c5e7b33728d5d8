using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace BulkMover.Throughput.Measuring;

/// <summary>A server as it is seen from farther away: what is sent to it arrives later, as much at once as before. Answers are not held up, so a request takes the delay once.</summary>
/// <param name="server">The server, spoken to without TLS.</param>
/// <param name="delay">By how much.</param>
internal sealed class DelayingProxy(Uri server, TimeSpan delay) : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> connections = [];
    private Task accepting = Task.CompletedTask;

    /// <returns>Where the server is found now.</returns>
    public Uri Start()
    {
        listener.Start();
        accepting = AcceptAsync();
        return new Uri($"http://{listener.LocalEndpoint}/");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        await Task.WhenAll(connections);
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var upstream = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await upstream.ConnectAsync(server.Host, server.Port, stop.Token);
                await await Task.WhenAny(PumpLateAsync(client.GetStream(), upstream.GetStream()), upstream.GetStream().CopyToAsync(client.GetStream(), PieceBytes, stop.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
            {
                // One side has closed.
            }
        }
    }

    private async Task PumpLateAsync(NetworkStream from, NetworkStream to)
    {
        var pieces = Channel.CreateUnbounded<(long At, byte[] Bytes)>();
        Task sending = SendAsync();
        byte[] buffer = new byte[PieceBytes];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and int read)
            pieces.Writer.TryWrite((Stopwatch.GetTimestamp(), buffer[..read]));
        pieces.Writer.Complete();
        await sending;

        async Task SendAsync()
        {
            await foreach ((long at, byte[] bytes) in pieces.Reader.ReadAllAsync(stop.Token))
            {
                TimeSpan left = delay - Stopwatch.GetElapsedTime(at);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, stop.Token);
                await to.WriteAsync(bytes, stop.Token);
            }
        }
    }
}
