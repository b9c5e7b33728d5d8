using Amazon.Runtime;

namespace BulkMover.ObjectStores.S3;

/// <summary>
/// Sends small bodies without asking before (<c>Expect: 100-continue</c>), which takes as long as sending them. Of up to 1,024 bytes it would be wrong, too: those .NET sends even when the store
/// has refused them already (RFC 9110, 10.1.1, wants the connection closed or the body read), and Ceph, which expects none then, takes them for the next request.
/// </summary>
internal sealed class S3HttpClients : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        // Whoever sends the request has a limit.
        new(new Handler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })) { Timeout = Timeout.InfiniteTimeSpan };

    private sealed class Handler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private const int AlwaysSent = 256 * 1024;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { Headers.ContentLength: <= AlwaysSent })
                request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
