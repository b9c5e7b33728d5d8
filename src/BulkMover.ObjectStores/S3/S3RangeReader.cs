using Amazon.S3.Model;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Reads ranges of one object, one request each. All of them are of the same version of the object, or an error.</summary>
internal sealed class S3RangeReader(S3Sender sender, Location location, S3Path path, long length, string? etag, Beginning beginning) : IRangeReader
{
    private string? etag = etag;

    public long Length => length;

    public string? Version => Volatile.Read(ref etag);

    /// <summary>Opens an object by its first bytes.</summary>
    /// <exception cref="Core.Errors.CorruptTableException">It is missing, or has no bytes (<see cref="StoreErrors.Truncated"/>).</exception>
    public static Task<S3RangeReader> OpenAsync(S3Sender sender, Location location, S3Path path, CancellationToken cancellationToken) =>
        sender.SendAsync(location, StoreAct.Read, async (client, limit) =>
        {
            using GetObjectResponse answer = await AskAsync(client, path, 0, Beginning.MostBytes, version: null, limit);
            long length = new RangeAnswer(answer.ContentRange, answer.ContentLength).LengthByBeginning(location, Beginning.MostBytes);
            byte[] bytes = new byte[Math.Min(length, Beginning.MostBytes)];
            await FillAsync(sender, location, answer, bytes, limit);
            return new S3RangeReader(sender, location, path, length, answer.ETag, new Beginning(bytes));
        }, cancellationToken);

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        RangeAnswer.CheckRequest(location, length, offset, destination.Length);
        int known = beginning.CopyTo(offset, destination.Span);
        if (known < destination.Length)
            await sender.ReadAsync(location, destination[known..], (client, memory, limit) => ReadOnceAsync(client, offset + known, memory, limit), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ReadOnceAsync(S3Client client, long offset, Memory<byte> destination, CancellationTokenSource limit)
    {
        using GetObjectResponse answer = await AskAsync(client, path, offset, destination.Length, Version, limit);
        new RangeAnswer(answer.ContentRange, answer.ContentLength).Check(location, length, offset, destination.Length);
        if (Interlocked.CompareExchange(ref etag, answer.ETag, null) is { } version && version != answer.ETag)
            throw StoreErrors.Changed(location);
        await FillAsync(sender, location, answer, destination, limit);
        return destination.Length;
    }

    private static Task<GetObjectResponse> AskAsync(S3Client client, S3Path path, long offset, int bytes, string? version, CancellationTokenSource limit)
    {
        var request = new GetObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            ByteRange = new ByteRange(offset, offset + bytes - 1),
            EtagToMatch = version,
            RequestPayer = client.Payer,
        };
        client.Encryption?.ApplyTo(request);
        return client.Sdk.GetObjectAsync(request, limit.Token);
    }

    private static async Task FillAsync(S3Sender sender, Location location, GetObjectResponse answer, Memory<byte> destination, CancellationTokenSource limit)
    {
        try
        {
            await sender.Requests.FillAsync(answer.ResponseStream, destination, limit);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw StoreErrors.Broken(location, error);
        }
    }
}
