using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BulkMover.ObjectStores.Tests.S3;

/// <summary>Answers S3 requests as a test wants; on this machine only.</summary>
internal sealed class S3Stub : IDisposable
{
    private readonly HttpListener listener = new();
    private int requests;

    public S3Stub()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Endpoint = new Uri($"http://127.0.0.1:{port}/");
        listener.Prefixes.Add(Endpoint.AbsoluteUri);
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Endpoint { get; }

    public int Requests => requests;

    public Func<HttpListenerRequest, S3StubAnswer> Answer { get; set; } = _ => Error(404, "NoSuchKey");

    public static S3StubAnswer Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said by the stub</Message></Error>"));

    /// <summary>The range that the request asks for, of an object.</summary>
    public static S3StubAnswer Range(HttpListenerRequest request, byte[] bytes)
    {
        string[] ends = request.Headers["Range"]!["bytes=".Length..].Split('-');
        byte[] range = bytes[int.Parse(ends[0])..(int.Parse(ends[1]) + 1)];
        return new S3StubAnswer(206, range) { ContentRange = $"bytes {ends[0]}-{ends[1]}/{bytes.Length}" };
    }

    public void Dispose() => ((IDisposable)listener).Dispose();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception) when (!listener.IsListening)
            {
                return;
            }

            Interlocked.Increment(ref requests);
            await SendAsync(Answer(context.Request), context.Response);
        }
    }

    private static async Task SendAsync(S3StubAnswer answer, HttpListenerResponse response)
    {
        response.StatusCode = answer.Status;
        response.ContentLength64 = answer.Body.Length;
        response.Headers["ETag"] = "\"etag\"";
        if (answer.ContentRange is not null)
            response.Headers["Content-Range"] = answer.ContentRange;
        await response.OutputStream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length));
        if (answer.CutAfter is not null)
        {
            await response.OutputStream.FlushAsync();
            response.Abort();
        }
        else
        {
            response.Close();
        }
    }
}

internal sealed record S3StubAnswer(int Status, byte[] Body)
{
    public string? ContentRange { get; init; }

    /// <summary>The connection breaks after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }
}
