namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>Says of each request that its body is compressed; the driver can say it of gzip only.</summary>
internal sealed class ContentEncodingHandler(HttpMessageHandler next, string encoding) : DelegatingHandler(next)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content!.Headers.ContentEncoding.Add(encoding);
        return base.SendAsync(request, cancellationToken);
    }
}
