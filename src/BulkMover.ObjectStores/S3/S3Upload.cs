using System.Collections.Concurrent;
using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Writes one object (Amazon S3, "Uploading and copying objects using multipart upload"). Each body goes with its MD5, which the store checks.</summary>
internal sealed class S3Upload(S3Sender sender, Location location, S3Path path) : IPartUpload
{
    /// <summary>Long enough for a store that is busy; whoever waits has given up already.</summary>
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, string> etags = new();
    private string id = "";

    public Task PutWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => TryPutAsync(bytes, onlyNew: false, cancellationToken);

    /// <summary>False when it was to be new and there is one.</summary>
    public async Task<bool> TryPutAsync(ReadOnlyMemory<byte> bytes, bool onlyNew, CancellationToken cancellationToken)
    {
        byte[] md5 = S3ETag.Md5Of(bytes.Span);
        string? etag = await SendAsync(async (client, limit) =>
        {
            var request = new PutObjectRequest
            {
                BucketName = path.Bucket,
                Key = path.Key,
                InputStream = await sender.Requests.BodyAsync(bytes, limit),
                MD5Digest = Convert.ToBase64String(md5),
                IfNoneMatch = onlyNew ? "*" : null,
                DisablePayloadSigning = client.DisablePayloadSigning,
                UseChunkEncoding = false,
                RequestPayer = client.Payer,
            };
            client.Encryption?.ApplyTo(request);
            try
            {
                return (await client.Sdk.PutObjectAsync(request, limit.Token)).ETag;
            }
            catch (AmazonS3Exception error) when (onlyNew && error.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return null;
            }
        }, cancellationToken);
        if (etag is not null)
            await ConfirmAsync(etag, S3ETag.OfWhole(md5), bytes.Length, cancellationToken);
        return etag is not null;
    }

    public async Task BeginAsync(CancellationToken cancellationToken) => id = await SendAsync(async (client, limit) =>
    {
        var request = new InitiateMultipartUploadRequest { BucketName = path.Bucket, Key = path.Key, RequestPayer = client.Payer };
        client.Encryption?.ApplyTo(request);
        return (await client.Sdk.InitiateMultipartUploadAsync(request, limit.Token)).UploadId;
    }, cancellationToken);

    public async Task PutPartAsync(int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        string md5 = Convert.ToBase64String(S3ETag.Md5Of(bytes.Span));
        etags[number] = await SendAsync(async (client, limit) =>
        {
            var request = new UploadPartRequest
            {
                BucketName = path.Bucket,
                Key = path.Key,
                UploadId = id,
                PartNumber = number,
                PartSize = bytes.Length,
                InputStream = await sender.Requests.BodyAsync(bytes, limit),
                MD5Digest = md5,
                DisablePayloadSigning = client.DisablePayloadSigning,
                UseChunkEncoding = false,
                RequestPayer = client.Payer,
            };
            client.Encryption?.ApplyTo(request);
            return (await client.Sdk.UploadPartAsync(request, limit.Token)).ETag;
        }, cancellationToken);
    }

    /// <summary>A part whose bytes the store has already.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="copy">Says of what, and which bytes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task CopyPartAsync(int number, Func<CopyPartRequest> copy, CancellationToken cancellationToken) =>
        etags[number] = await sender.SendAsync(location, StoreAct.Copy, async (client, limit) =>
        {
            limit.CancelAfter(StoreRequests.WorkTimeout);
            CopyPartRequest request = copy();
            (request.DestinationBucket, request.DestinationKey) = (path.Bucket, path.Key);
            (request.UploadId, request.PartNumber, request.RequestPayer) = (id, number, client.Payer);
            client.Encryption?.ApplyTo(request);
            return (await client.Sdk.CopyPartAsync(request, limit.Token)).ETag;
        }, cancellationToken);

    public async Task CompleteAsync(long bytes, CancellationToken cancellationToken)
    {
        List<PartETag> parts = [.. etags.OrderBy(part => part.Key).Select(part => new PartETag(part.Key, part.Value))];
        string? expected = S3ETag.OfParts([.. parts.Select(part => part.ETag)]);
        string? etag;
        try
        {
            etag = await SendAsync(async (client, limit) =>
            {
                limit.CancelAfter(StoreRequests.WorkTimeout);
                return (await client.Sdk.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
                {
                    BucketName = path.Bucket, Key = path.Key, UploadId = id, PartETags = parts, RequestPayer = client.Payer,
                }, limit.Token)).ETag;
            }, cancellationToken);
        }
        catch (EnvironmentException error) when (error.Code == StoreErrors.UploadGone)
        {
            // An attempt before, whose answer was lost, may have done it.
            GetObjectMetadataResponse? there = await sender.FindAsync(location, path, cancellationToken);
            if (!S3ETag.AreEqual(there?.ETag, expected))
                throw;
            etag = there!.ETag;
        }

        await ConfirmAsync(etag, expected, bytes, cancellationToken);
    }

    public async Task AbortAsync()
    {
        using var limit = new CancellationTokenSource(AbortTimeout);
        try
        {
            await SendAsync((client, stopping) => client.Sdk.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = path.Bucket, Key = path.Key, UploadId = id, RequestPayer = client.Payer }, stopping.Token), limit.Token);
        }
        catch (Exception error) when (error is BulkMoverException or OperationCanceledException)
        {
            // The error that led here is what the user should hear of. The bucket's own rule removes what is left (AbortIncompleteMultipartUpload).
        }
    }

    /// <summary>The tag proves the content, where it is made of it; else the object's length has to do.</summary>
    private async Task ConfirmAsync(string? etag, string? expected, long bytes, CancellationToken cancellationToken)
    {
        if (S3ETag.AreEqual(etag, expected))
            return;
        long there = (await sender.HeadAsync(location, path, cancellationToken)).ContentLength;
        if (there != bytes)
            throw StoreErrors.WrittenWrong(location, there, bytes);
    }

    private Task<T> SendAsync<T>(Func<S3Client, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken) =>
        sender.SendAsync(location, StoreAct.Write, request, cancellationToken);
}
