using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Reads objects of Amazon S3 and of stores that speak like it. Keys are literal. A listing comes in the order of the keys' bytes.</summary>
/// <remarks>Errors are those of <see cref="S3Errors"/>.</remarks>
public sealed class S3ObjectStore(IS3AccessSource source, StoreRequests requests) : IObjectStore
{
    private readonly S3Clients clients = new();

    internal StoreRequests Requests => requests;

    /// <summary>A length that is known costs no request; whether it is right shows at the first read.</summary>
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        S3Path path = S3Path.Of(location);
        if (knownBytes is { } bytes)
            return new S3RangeReader(this, location, path, bytes, etag: null);
        GetObjectMetadataResponse head = await HeadAsync(location, path, cancellationToken);
        return new S3RangeReader(this, location, path, head.ContentLength, head.ETag);
    }

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        S3Path path = S3Path.Of(location);
        return path.Key.Length > 0 && await FindAsync(location, path, cancellationToken) is not null;
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        S3Path path = S3Path.Of(prefix);
        string below = path.Key.Length == 0 ? "" : path.Key.TrimEnd('/') + "/";
        bool isEmpty = true;
        for (string? token = null, last = ""; last is not null; last = token)
        {
            string? from = token;
            ListObjectsV2Response page = await SendAsync(prefix, (client, stopping) => client.Sdk.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = path.Bucket, Prefix = below, ContinuationToken = from, RequestPayer = client.Payer }, stopping), cancellationToken);
            foreach (S3Object found in page.S3Objects ?? [])
            {
                isEmpty = false;
                // What some tools put in place of a directory.
                if (!found.Key.EndsWith('/'))
                    yield return new StoredObject(prefix with { Path = $"{path.Bucket}/{found.Key}" }, found.Size ?? 0, found.LastModified);
            }

            token = page.IsTruncated != true ? null : page.NextContinuationToken ?? throw new EnvironmentException("store.listing_broken",
                $"The listing of '{prefix}' says that it goes on, but not where. Look into the store's log.");
        }

        if (isEmpty && path.Key.Length > 0 && await FindAsync(prefix, path, cancellationToken) is { } itself)
            yield return new StoredObject(prefix, itself.ContentLength, itself.LastModified);
    }

    /// <summary>Fills memory from the body of an answer.</summary>
    internal Task ReadAsync(
        Location location, Memory<byte> destination, Func<S3Client, Memory<byte>, CancellationToken, Task<int>> read, CancellationToken cancellationToken) =>
        requests.ReadAsync(
            location, destination, (memory, token) => SendAuthorizedAsync(location, (client, stopping) => read(client, memory, stopping), token), cancellationToken);

    private Task<T> SendAsync<T>(Location location, Func<S3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(location, stopping => SendAuthorizedAsync(location, request, stopping), cancellationToken);

    /// <summary>Sends a request, and once more with other credentials when the store says that these have expired.</summary>
    private async Task<T> SendAuthorizedAsync<T>(Location location, Func<S3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        S3Access access = await source.ForAsync(location, cancellationToken);
        try
        {
            return await request(new S3Client(clients.For(access), access), cancellationToken);
        }
        catch (AmazonS3Exception error) when (S3Errors.IsExpired(error))
        {
            S3Access other = await source.InsteadOfAsync(access, location, cancellationToken);
            return other == access
                ? throw S3Errors.Of(location, access, error)
                : await SendOnceAsync(location, other, request, cancellationToken);
        }
        catch (Exception error) when (S3Errors.IsOfStore(error, cancellationToken))
        {
            throw S3Errors.Of(location, access, error);
        }
    }

    private async Task<T> SendOnceAsync<T>(
        Location location, S3Access access, Func<S3Client, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request(new S3Client(clients.For(access), access), cancellationToken);
        }
        catch (Exception error) when (S3Errors.IsOfStore(error, cancellationToken))
        {
            throw S3Errors.Of(location, access, error);
        }
    }

    /// <summary>Null when there is no such object.</summary>
    private async Task<GetObjectMetadataResponse?> FindAsync(Location location, S3Path path, CancellationToken cancellationToken)
    {
        try
        {
            return await HeadAsync(location, path, cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            return null;
        }
    }

    private Task<GetObjectMetadataResponse> HeadAsync(Location location, S3Path path, CancellationToken cancellationToken) =>
        SendAsync(location, (client, stopping) => client.Sdk.GetObjectMetadataAsync(
            new GetObjectMetadataRequest { BucketName = path.Bucket, Key = path.Key, RequestPayer = client.Payer }, stopping), cancellationToken);

    /// <summary>A client, and what each of its requests says beside.</summary>
    internal readonly record struct S3Client(AmazonS3Client Sdk, S3Access Access)
    {
        public RequestPayer? Payer => Access.RequesterPays ? RequestPayer.Requester : null;
    }
}
