using Amazon.S3.Model;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Reads ranges of one object, one request each. All of them are of the same version of the object, or an error.</summary>
internal sealed class S3RangeReader(S3Sender sender, Location location, S3Path path, long length, string? etag) : IRangeReader
{
    private string? etag = etag;

    public long Length => length;

    public string? Version => Volatile.Read(ref etag);

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        RangeAnswer.CheckRequest(location, length, offset, destination.Length);
        if (destination.Length == 0)
            return;
        await sender.ReadAsync(location, destination, (client, memory, limit) => ReadOnceAsync(client, offset, memory, limit), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ReadOnceAsync(S3Client client, long offset, Memory<byte> destination, CancellationTokenSource limit)
    {
        var request = new GetObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
            EtagToMatch = Version,
            RequestPayer = client.Payer,
        };
        client.Encryption?.ApplyTo(request);
        using GetObjectResponse answer = await client.Sdk.GetObjectAsync(request, limit.Token);
        new RangeAnswer(answer.ContentRange, answer.ContentLength).Check(location, length, offset, destination.Length);
        if (Interlocked.CompareExchange(ref etag, answer.ETag, null) is { } version && version != answer.ETag)
            throw StoreErrors.Changed(location);
        try
        {
            await sender.Requests.FillAsync(answer.ResponseStream, destination, limit);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw StoreErrors.Broken(location, error);
        }

        return destination.Length;
    }
}
