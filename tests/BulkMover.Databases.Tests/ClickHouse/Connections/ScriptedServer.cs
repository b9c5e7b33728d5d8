using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BulkMover.Databases.Tests.ClickHouse.Connections;

/// <summary>A server that does to each connection what the test says: for what a real ClickHouse does only in trouble.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public ScriptedServer(Func<NetworkStream, CancellationToken, Task> script)
    {
        listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        serving = ServeAsync(script);
    }

    public Uri Endpoint { get; }

    /// <summary>Reads the head of a request and a bit of its body, answers, and closes while the client still sends.</summary>
    public static Func<NetworkStream, CancellationToken, Task> Answer(string answer) => async (stream, stopping) =>
    {
        _ = await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, stopping);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer.ReplaceLineEndings("\r\n")), stopping);
        stream.Socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(TimeSpan.FromMilliseconds(100), stopping);
    };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await Record(serving);
        stop.Dispose();
    }

    private static Task Record(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task ServeAsync(Func<NetworkStream, CancellationToken, Task> script)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                connections.Add(ServeOneAsync(client, script));
            }
        }
        finally
        {
            await Record(Task.WhenAll(connections));
        }
    }

    private async Task ServeOneAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> script)
    {
        using (client)
            await script(client.GetStream(), stop.Token);
    }
}
