using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Sends requests to Azure, each as the account is known. Safe for concurrent use.</summary>
internal sealed class AzureSender(AzureAccess access, StoreRequests requests)
{
    /// <summary>How directories of Data Lake Gen2, and what Hadoop's driver puts in place of one, are told from blobs without bytes.</summary>
    private const string FolderMetadata = "hdi_isfolder";

    private readonly AzureClients clients = new(access);

    public StoreRequests Requests => requests;

    public static bool IsFolder(IDictionary<string, string>? metadata) =>
        metadata is { Count: > 0 } && metadata.Any(item => item.Key.Equals(FolderMetadata, StringComparison.OrdinalIgnoreCase) && item.Value == "true");

    /// <summary>How the account is asked that an object is in.</summary>
    public AzureClient ClientFor(AzurePath path) => clients.For(path.Account);

    /// <summary>Fills memory from the body of an answer.</summary>
    /// <param name="location">What it is about.</param>
    /// <param name="path">The same.</param>
    /// <param name="destination">Is filled.</param>
    /// <param name="read">As of <see cref="SendAsync"/>, into other memory where it is sent twice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task ReadAsync(
        Location location, AzurePath path, Memory<byte> destination, Func<BlobContainerClient, Memory<byte>, CancellationTokenSource, Task<int>> read, CancellationToken cancellationToken) =>
        requests.ReadAsync(
            location, destination, (memory, token) => SendOnceAsync(location, path, StoreAct.Read, (container, limit) => read(container, memory, limit), token), cancellationToken);

    /// <summary>Sends a request, again where that may help.</summary>
    /// <param name="location">What it is about.</param>
    /// <param name="path">The same.</param>
    /// <param name="act">What it is for.</param>
    /// <param name="request">Is given what ends it when nothing goes on for <see cref="StoreRequests.StallTimeout"/>; whoever goes on piece by piece sets that anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<T> SendAsync<T>(
        Location location, AzurePath path, StoreAct act, Func<BlobContainerClient, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(location, token => SendOnceAsync(location, path, act, request, token), cancellationToken);

    /// <summary>Null when there is no such object.</summary>
    public async Task<BlobProperties?> FindAsync(Location location, AzurePath path, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await SendAsync(location, path, StoreAct.Read,
                async (container, limit) => (await container.GetBlobClient(path.Blob).GetPropertiesAsync(cancellationToken: limit.Token)).Value, cancellationToken);
            return IsFolder(found.Metadata) ? null : found;
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            return null;
        }
    }

    private async Task<T> SendOnceAsync<T>(
        Location location, AzurePath path, StoreAct act, Func<BlobContainerClient, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken)
    {
        AzureClient client = clients.For(path.Account);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StoreRequests.StallTimeout);
        try
        {
            return await request(client.Service.GetBlobContainerClient(path.Container), limit);
        }
        catch (Exception error) when (AzureErrors.IsOfStore(error, cancellationToken))
        {
            throw AzureErrors.Of(location, act, client, error);
        }
    }
}
