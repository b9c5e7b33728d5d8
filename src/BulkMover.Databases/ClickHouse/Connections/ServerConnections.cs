using System.Net.Sockets;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>Makes the HttpClient of a server: how connections are opened, kept and given up.</summary>
internal static class ServerConnections
{
    private const int KeepAliveSeconds = 15;

    /// <param name="endpoint">The server.</param>
    /// <param name="contentEncoding">What the bodies of all requests are compressed by; null for nothing.</param>
    public static HttpClient Create(ServerEndpoint endpoint, string? contentEncoding = null)
    {
        var network = new SocketsHttpHandler
        {
            ConnectTimeout = endpoint.ConnectTimeout,
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !endpoint.Server.IsLoopback,
            // Older servers close an idle connection after three seconds, and an insert cannot be sent twice.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
        };
        var answers = new ServerAnswerHandler(network, endpoint.Server);
        // Time limits are set per request: an insert may take hours.
        return new HttpClient(contentEncoding is null ? answers : new ContentEncodingHandler(answers, contentEncoding)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Notices a peer that is gone while we wait for its answer.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new AnswerFirstStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
