using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>Lets only a ClickHouse's success through; everything else becomes an error with a code here.</summary>
internal sealed class ServerAnswerHandler(HttpMessageHandler network, Uri server) : DelegatingHandler(network)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        BulkMoverException? error = await ServerError.FromAnswerAsync(answer, server, cancellationToken);
        if (error is null)
            return answer;

        answer.Dispose();
        throw error;
    }
}
