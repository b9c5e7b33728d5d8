using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// Hands out the body of an answer as it comes from the network. What the SDK puts around it (Azure.Core 1.60, RetriableStream) repeats requests
/// on its own account, and takes an array as large as what is asked for when that is not in an array itself.
/// </summary>
internal sealed class BodyTransport : HttpPipelineTransport
{
    /// <summary>The body of an answer that was not read to its end by the SDK.</summary>
    public static Stream BodyOf(Response answer) => ((Answer)answer).Body!;

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("All requests are asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        await HttpClientTransport.Shared.ProcessAsync(message);
        message.Response = new Answer(message.Response);
    }

    private sealed class Answer(Response response) : Response
    {
        /// <summary>Kept when the SDK takes it out of the answer, to put its own around it.</summary>
        public Stream? Body { get; } = response.ContentStream;

        public override int Status => response.Status;

        public override string ReasonPhrase => response.ReasonPhrase;

        public override Stream? ContentStream
        {
            get => response.ContentStream;
            set => response.ContentStream = value;
        }

        public override string ClientRequestId
        {
            get => response.ClientRequestId;
            set => response.ClientRequestId = value;
        }

        public override void Dispose() => response.Dispose();

        protected override bool ContainsHeader(string name) => response.Headers.Contains(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => response.Headers;

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => response.Headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values) => response.Headers.TryGetValues(name, out values);
    }
}
