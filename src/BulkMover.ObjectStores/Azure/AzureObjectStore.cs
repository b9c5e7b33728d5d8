using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// Reads blobs of Azure's storage accounts, flat ones and Data Lake Gen2, which are both asked as Blob Storage. Names are literal. A listing
/// comes in the order in which Azure has it.
/// </summary>
/// <remarks>Errors are those of <see cref="AzureErrors"/>.</remarks>
public sealed class AzureObjectStore(AzureAccess access, StoreRequests requests) : IObjectStore
{
    /// <summary>How directories of Data Lake Gen2, and what Hadoop's driver puts in place of one, are told from blobs without bytes.</summary>
    private const string FolderMetadata = "hdi_isfolder";

    private readonly AzureClients clients = new(access);

    internal StoreRequests Requests => requests;

    /// <summary>How many objects a page of a listing has at most; null for the store's own choice, which is 5,000.</summary>
    internal int? PageObjects { get; init; }

    /// <summary>A length that is known costs no request; whether it is right shows at the first read.</summary>
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AzurePath path = AzurePath.Of(location);
        if (knownBytes is { } bytes)
            return new AzureRangeReader(this, location, path, bytes, etag: null);
        BlobProperties head = await FindAsync(location, path, cancellationToken) ?? throw StoreErrors.ObjectMissing(location, null);
        return new AzureRangeReader(this, location, path, head.ContentLength, head.ETag.ToString());
    }

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.Of(location);
        return path.Blob.Length > 0 && await FindAsync(location, path, cancellationToken) is not null;
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.Of(prefix);
        bool isEmpty = true;
        for (string? token = null, last = ""; last is not null; last = token)
        {
            Page<BlobItem> page = await ListPageAsync(prefix, path, token, cancellationToken);
            foreach (BlobItem found in page.Values)
            {
                isEmpty = false;
                // What some tools put in place of a directory.
                if (!found.Name.EndsWith('/') && !IsFolder(found.Metadata))
                    yield return new StoredObject(prefix with { Path = $"{path.Account}/{path.Container}/{found.Name}" }, found.Properties.ContentLength ?? 0, found.Properties.LastModified);
            }

            token = page.ContinuationToken is { Length: > 0 } next ? next : null;
        }

        if (isEmpty && path.Blob.Length > 0 && await FindAsync(prefix, path, cancellationToken) is { } itself)
            yield return new StoredObject(prefix, itself.ContentLength, itself.LastModified);
    }

    /// <summary>Fills memory from the body of an answer.</summary>
    /// <param name="location">What it is about.</param>
    /// <param name="path">The same.</param>
    /// <param name="destination">Is filled.</param>
    /// <param name="read">As of <see cref="SendAsync"/>, into other memory where it is sent twice.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal Task ReadAsync(
        Location location, AzurePath path, Memory<byte> destination, Func<BlobContainerClient, Memory<byte>, CancellationTokenSource, Task<int>> read, CancellationToken cancellationToken) =>
        requests.ReadAsync(location, destination, (memory, token) => SendOnceAsync(location, path, (container, limit) => read(container, memory, limit), token), cancellationToken);

    /// <summary>Sends a request, again where that may help.</summary>
    /// <param name="location">What it is about.</param>
    /// <param name="path">The same.</param>
    /// <param name="request">Is given what ends it when nothing comes for <see cref="StoreRequests.StallTimeout"/>; whoever reads piece by piece sets that anew.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private Task<T> SendAsync<T>(
        Location location, AzurePath path, Func<BlobContainerClient, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken) =>
        requests.RunAsync(location, token => SendOnceAsync(location, path, request, token), cancellationToken);

    private async Task<T> SendOnceAsync<T>(
        Location location, AzurePath path, Func<BlobContainerClient, CancellationTokenSource, Task<T>> request, CancellationToken cancellationToken)
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
            throw AzureErrors.Of(location, client, error);
        }
    }

    private Task<Page<BlobItem>> ListPageAsync(Location prefix, AzurePath path, string? token, CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = path.Blob.Length == 0 ? null : path.Blob.TrimEnd('/') + "/", Traits = BlobTraits.Metadata };
        return SendAsync(prefix, path, async (container, limit) =>
        {
            await using IAsyncEnumerator<Page<BlobItem>> pages = container.GetBlobsAsync(options, limit.Token).AsPages(token, PageObjects).GetAsyncEnumerator(limit.Token);
            await pages.MoveNextAsync();
            return pages.Current;
        }, cancellationToken);
    }

    /// <summary>Null when there is no such object.</summary>
    private async Task<BlobProperties?> FindAsync(Location location, AzurePath path, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await SendAsync(location, path,
                async (container, limit) => (await container.GetBlobClient(path.Blob).GetPropertiesAsync(cancellationToken: limit.Token)).Value, cancellationToken);
            return IsFolder(found.Metadata) ? null : found;
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            return null;
        }
    }

    private static bool IsFolder(IDictionary<string, string>? metadata) =>
        metadata is { Count: > 0 } && metadata.Any(item => item.Key.Equals(FolderMetadata, StringComparison.OrdinalIgnoreCase) && item.Value == "true");
}
