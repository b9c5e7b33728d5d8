using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>Sends a request to a catalog or its token server, again when it may help, and reads the JSON that comes back.</summary>
internal sealed class CatalogHttp(Retry retry)
{
    /// <summary>The metadata of a table with a hundred thousand snapshots stays below; an answer without end does not fill the memory.</summary>
    private const int MaxAnswerBytes = 512 * 1024 * 1024;

    private const int MaxErrorBytes = 16 * 1024;

    /// <summary>From the request to the last byte of the answer; the largest metadata passes a slow network in it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Metadata nests as deep as a schema does.</summary>
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 256 };

    // Connections are shared and live as long as the process; a proxy of the environment is not asked for this machine.
    private static readonly HttpClient Direct = NewClient(useProxy: false);
    private static readonly HttpClient Proxied = NewClient(useProxy: true);

    /// <param name="newRequest">Makes the request; one cannot be sent twice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer, which the caller disposes.</returns>
    public Task<JsonDocument> SendAsync(Func<HttpRequestMessage> newRequest, CancellationToken cancellationToken) =>
        retry.RunAsync(stopping => SendOnceAsync(newRequest, stopping), cancellationToken);

    /// <summary>The one rule for plain HTTP: it carries no secret to another machine, where everybody on the way could read it.</summary>
    /// <exception cref="InvalidInputException">The secret would go over the network unencrypted.</exception>
    public static AuthenticationHeaderValue? Bearer(Uri uri, string? token)
    {
        if (token is null)
            return null;
        RefusePlain(uri);
        return new AuthenticationHeaderValue("Bearer", token);
    }

    public static void RefusePlain(Uri uri)
    {
        if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback)
        {
            throw new InvalidInputException("catalog.secret_over_http",
                $"A token or credential would go to {uri.Host} over plain HTTP, where everybody on the way can read it. Use https://, or set no secret.");
        }
    }

    private static async Task<JsonDocument> SendOnceAsync(Func<HttpRequestMessage> newRequest, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = newRequest();
        Uri uri = request.RequestUri!;
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(Limit);
        try
        {
            using HttpResponseMessage answer = await (uri.IsLoopback ? Direct : Proxied)
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bounded.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
                throw CatalogErrors.Of(answer, await ReadStartAsync(answer, bounded.Token), uri);
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, bounded.Token);
            await using Stream body = await answer.Content.ReadAsStreamAsync(bounded.Token);
            return await JsonDocument.ParseAsync(body, Json, bounded.Token);
        }
        catch (JsonException error)
        {
            throw CatalogErrors.NotACatalog(uri, "the answer is not JSON", error);
        }
        catch (Exception error) when (NetworkErrors.IsOfNetwork(error, cancellationToken))
        {
            throw NetworkErrors.Of("catalog", new Uri(uri, "/"), error);
        }
    }

    private static async Task<byte[]> ReadStartAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        byte[] start = new byte[MaxErrorBytes];
        int read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return start[..read];
    }

    private static HttpClient NewClient(bool useProxy) => new(new SocketsHttpHandler
    {
        // A redirect could lead the token elsewhere.
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        // Names may be moved to other machines while a copy runs for hours.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    { Timeout = Timeout.InfiniteTimeSpan };
}
