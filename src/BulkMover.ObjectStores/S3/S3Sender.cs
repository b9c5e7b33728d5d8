using Amazon.S3;
using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Sends requests to S3, each with what is good for its location. Safe for concurrent use.</summary>
internal sealed class S3Sender(IS3AccessSource source, StoreRequests requests)
{
    private readonly S3Clients clients = new();

    public StoreRequests Requests => requests;

    /// <summary>Sends a request, again where that may help.</summary>
    /// <param name="location">What it is about.</param>
    /// <param name="act">What it is for.</param>
    /// <param name="request">Is given what ends it when nothing goes on for <see cref="StoreRequests.StallTimeout"/>; whoever goes on piece by piece sets that anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<T> SendAsync<T>(
        Location location, StoreAct act, Func<S3Client, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(location, token => SendAuthorizedAsync(location, act, request, token), cancellationToken);

    /// <summary>Fills memory from the body of an answer.</summary>
    public Task ReadAsync(
        Location location, Memory<byte> destination, Func<S3Client, Memory<byte>, CancellationTokenSource, Task<int>> read, CancellationToken cancellationToken) =>
        requests.ReadAsync(
            location, destination, (memory, token) => SendAuthorizedAsync(location, StoreAct.Read, (client, limit) => read(client, memory, limit), token), cancellationToken);

    /// <summary>Null when there is no such object.</summary>
    public async Task<GetObjectMetadataResponse?> FindAsync(Location location, S3Path path, CancellationToken cancellationToken)
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

    public Task<GetObjectMetadataResponse> HeadAsync(Location location, S3Path path, CancellationToken cancellationToken) =>
        SendAsync(location, StoreAct.Read, (client, limit) =>
        {
            var request = new GetObjectMetadataRequest { BucketName = path.Bucket, Key = path.Key, RequestPayer = client.Payer };
            client.Encryption?.ApplyTo(request);
            return client.Sdk.GetObjectMetadataAsync(request, limit.Token);
        }, cancellationToken);

    /// <summary>Whether one request can be about both: it goes to one store, and is signed once.</summary>
    public async Task<bool> HaveSameAccessAsync(Location one, Location other, CancellationToken cancellationToken) =>
        await source.ForAsync(one, cancellationToken) == await source.ForAsync(other, cancellationToken);

    /// <summary>Sends a request, and once more with other credentials when the store says that these have expired.</summary>
    private async Task<T> SendAuthorizedAsync<T>(
        Location location, StoreAct act, Func<S3Client, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken)
    {
        S3Access access = await source.ForAsync(location, cancellationToken);
        try
        {
            return await SendOnceAsync(access, request, cancellationToken);
        }
        catch (AmazonS3Exception error) when (S3Errors.IsExpired(error))
        {
            S3Access other = await source.InsteadOfAsync(access, location, cancellationToken);
            if (other == access)
                throw S3Errors.Of(location, act, access, error);
            access = other;
        }
        catch (Exception error) when (S3Errors.IsOfStore(error, cancellationToken))
        {
            throw S3Errors.Of(location, act, access, error);
        }

        try
        {
            return await SendOnceAsync(access, request, cancellationToken);
        }
        catch (Exception error) when (S3Errors.IsOfStore(error, cancellationToken))
        {
            throw S3Errors.Of(location, act, access, error);
        }
    }

    private async Task<T> SendOnceAsync<T>(S3Access access, Func<S3Client, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StoreRequests.StallTimeout);
        return await request(new S3Client(clients.For(access), access), limit);
    }
}
