using System.Net.Http.Headers;
using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.S3;

/// <summary>Reads ranges of one object, one request each. All of them are of the same version of the object, or an error.</summary>
internal sealed class S3RangeReader(S3ObjectStore store, Location location, S3Path path, long length, string? etag) : IRangeReader
{
    /// <summary>A store that sends nothing for so long will not go on; longer than any that was only slow.</summary>
    private static readonly TimeSpan StallTimeout = TimeSpan.FromMinutes(1);

    private string? etag = etag;

    public long Length => length;

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset > length - destination.Length)
        {
            throw new CorruptTableException("store.object_truncated",
                $"'{location}' has {length:N0} bytes; {destination.Length:N0} bytes at {offset:N0} were to be read. The file was cut, or what refers to it is wrong.");
        }

        if (destination.Length == 0)
            return;
        await store.ReadAsync(location, destination, (client, memory, stopping) => ReadOnceAsync(client, offset, memory, stopping), cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ReadOnceAsync(S3ObjectStore.S3Client client, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = path.Bucket,
            Key = path.Key,
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
            EtagToMatch = Volatile.Read(ref etag),
            RequestPayer = client.Payer,
        };
        using GetObjectResponse answer = await client.Sdk.GetObjectAsync(request, cancellationToken);
        Check(answer, offset, destination.Length);
        if (Interlocked.CompareExchange(ref etag, answer.ETag, null) is { } version && version != answer.ETag)
            throw S3Errors.Changed(location);
        await FillAsync(answer.ResponseStream, destination, cancellationToken);
        return destination.Length;
    }

    /// <summary>
    /// Some stores that call themselves compatible answer a request for a range with other bytes (RFC 9110, "Range Requests", lets a server
    /// ignore it): what they say they send must be what was asked for.
    /// </summary>
    private void Check(GetObjectResponse answer, long offset, int bytes)
    {
        ContentRangeHeaderValue? range = ContentRangeHeaderValue.TryParse(answer.ContentRange, out ContentRangeHeaderValue? parsed) ? parsed : null;
        long total = range is null ? answer.ContentLength : range.Length ?? length;
        if (total != length)
        {
            throw new CorruptTableException("store.length_wrong",
                $"'{location}' has {total:N0} bytes, but the table's metadata says {length:N0}. The file was replaced or cut; restore it.");
        }

        bool isWhole = range is null && offset == 0 && bytes == length;
        if (!isWhole && (range?.From != offset || range.To != offset + bytes - 1))
        {
            throw new EnvironmentException("store.range_ignored",
                $"The store answered the request for {bytes:N0} bytes at {offset:N0} of '{location}' with {answer.ContentRange ?? "the whole object"}. It is not compatible with S3; use another one.");
        }
    }

    private async Task FillAsync(Stream body, Memory<byte> destination, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (int filled = 0; filled < destination.Length;)
            {
                stall.CancelAfter(StallTimeout);
                int read = await body.ReadAsync(destination[filled..], stall.Token);
                filled += read > 0 ? read : throw new EndOfStreamException("the answer ended early");
                stall.CancelAfter(Timeout.InfiniteTimeSpan);
                await store.PaceAsync(read, cancellationToken);
            }
        }
        catch (Exception error) when (S3Errors.IsOfStore(error, cancellationToken))
        {
            throw S3Errors.Broken(location, error);
        }
    }
}
