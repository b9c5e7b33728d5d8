using System.Net;
using System.Net.Sockets;

namespace BulkMover.ObjectStores.Tests.Http;

/// <summary>Answers requests as a test wants; on this machine only.</summary>
internal sealed class HttpStub : IDisposable
{
    private readonly HttpListener listener = new();
    private int requests;

    public HttpStub()
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

    public Func<HttpListenerRequest, HttpStubAnswer> Answer { get; set; } = _ => new HttpStubAnswer(404, []);

    /// <summary>The range that the request asks for, of an object.</summary>
    public static HttpStubAnswer Range(HttpListenerRequest request, byte[] bytes)
    {
        string[] ends = (request.Headers["x-ms-range"] ?? request.Headers["Range"])!["bytes=".Length..].Split('-');
        byte[] range = bytes[int.Parse(ends[0])..(int.Parse(ends[1]) + 1)];
        return new HttpStubAnswer(206, range) { ContentRange = $"bytes {ends[0]}-{ends[1]}/{bytes.Length}" };
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

    private static async Task SendAsync(HttpStubAnswer answer, HttpListenerResponse response)
    {
        response.StatusCode = answer.Status;
        response.ContentLength64 = answer.Body.Length;
        response.Headers["ETag"] = answer.ETag;
        foreach ((string name, string value) in answer.Headers)
            response.Headers[name] = value;
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

internal sealed record HttpStubAnswer(int Status, byte[] Body)
{
    public string? ContentRange { get; init; }

    public string ETag { get; init; } = "\"etag\"";

    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The connection breaks after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }
}
