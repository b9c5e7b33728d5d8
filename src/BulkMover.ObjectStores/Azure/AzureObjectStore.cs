using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// Blobs of Azure's storage accounts, flat ones and Data Lake Gen2, which are both asked as Blob Storage. Names are literal. A listing
/// comes in the order in which Azure has it.
/// </summary>
/// <remarks>Errors are those of <see cref="AzureErrors"/>.</remarks>
public sealed class AzureObjectStore(AzureAccess access, StoreRequests requests) : IWritableStore
{
    /// <summary>Of a blob (Azure, "Put Block List").</summary>
    internal const int MaxBlocks = 50_000;

    private readonly AzureSender sender = new(access, requests);

    /// <summary>What is longer is sent in parts.</summary>
    internal int PartBytes { get; init; } = PartSize.Usual;

    /// <summary>Azure's limit of one request ("Copy Blob From URL"); parts are small enough that several go at the same time.</summary>
    internal CopySize CopySize { get; init; } = new(256L << 20, 128L << 20);

    /// <summary>How many objects a page of a listing has at most; null for the store's own choice, which is 5,000.</summary>
    internal int? PageObjects { get; init; }

    /// <summary>A length that is known costs no request; whether it is right shows at the first read.</summary>
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AzurePath path = AzurePath.Of(location);
        if (knownBytes is { } bytes)
            return new AzureRangeReader(sender, location, path, bytes, etag: null);
        BlobProperties head = await sender.FindAsync(location, path, cancellationToken) ?? throw StoreErrors.ObjectMissing(location, null);
        return new AzureRangeReader(sender, location, path, head.ContentLength, head.ETag.ToString());
    }

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.Of(location);
        return path.Blob.Length > 0 && await sender.FindAsync(location, path, cancellationToken) is not null;
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
                if (!found.Name.EndsWith('/') && !AzureSender.IsFolder(found.Metadata))
                    yield return new StoredObject(prefix with { Path = $"{path.Account}/{path.Container}/{found.Name}" }, found.Properties.ContentLength ?? 0, found.Properties.LastModified);
            }

            token = page.ContinuationToken is { Length: > 0 } next ? next : null;
        }

        if (isEmpty && path.Blob.Length > 0 && await sender.FindAsync(prefix, path, cancellationToken) is { } itself)
            yield return new StoredObject(prefix, itself.ContentLength, itself.LastModified);
    }

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var upload = new AzureUpload(sender, location, AzurePath.OfObject(location));
        return new(new PartWriter(upload, location, new PartSize(PartBytes, MaxBlocks).For(location, knownBytes), knownBytes));
    }

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        new AzureUpload(sender, location, AzurePath.OfObject(location)).PutWholeAsync(bytes, cancellationToken);

    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var upload = new AzureUpload(sender, location, AzurePath.OfObject(location));
        return NewObject.TryPutAsync(this, location, bytes, () => upload.TryPutAsync(bytes, onlyNew: true, cancellationToken), cancellationToken);
    }

    /// <summary>False also for what is in another account.</summary>
    public async Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.OfObject(destination);
        return AzureAddress.AccountOf(source) == path.Account && await new AzureCopy(sender, source, destination, CopySize).TryRunAsync(bytes, version, cancellationToken);
    }

    public async Task DeleteAsync(Location location, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.OfObject(location);
        try
        {
            await sender.SendAsync(location, path, StoreAct.Delete, (container, limit) =>
                container.GetBlobClient(path.Blob).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: limit.Token), cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            // So it is gone.
        }
    }

    private Task<Page<BlobItem>> ListPageAsync(Location prefix, AzurePath path, string? token, CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = path.Blob.Length == 0 ? null : path.Blob.TrimEnd('/') + "/", Traits = BlobTraits.Metadata };
        return sender.SendAsync(prefix, path, StoreAct.Read, async (container, limit) =>
        {
            await using IAsyncEnumerator<Page<BlobItem>> pages = container.GetBlobsAsync(options, limit.Token).AsPages(token, PageObjects).GetAsyncEnumerator(limit.Token);
            await pages.MoveNextAsync();
            return pages.Current;
        }, cancellationToken);
    }
}
