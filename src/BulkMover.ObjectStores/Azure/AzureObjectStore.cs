using Azure.Storage.Blobs.Models;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>
/// Blobs of Azure's storage accounts, flat ones and Data Lake Gen2, which are both asked as Blob Storage. Names are literal. A listing
/// comes in the order in which Azure has it, that of a large one by directories in the order of their names.
/// </summary>
/// <remarks>Errors are those of <see cref="AzureErrors"/>.</remarks>
public sealed class AzureObjectStore(AzureAccess access, StoreRequests requests) : IWritableStore
{
    /// <summary>Of a blob (Azure, "Put Block List").</summary>
    internal const int MaxBlocks = 50_000;

    private readonly AzureSender sender = new(access, requests);

    /// <summary>As many as it is given, but for one part at least; with an object that has no room in as many parts as the store takes, it is more.</summary>
    public long WriterBytes { get; init => field = PartSize.WriterBytes(value); } = PartSize.UsualWriterBytes;

    /// <summary>What is longer is sent in parts.</summary>
    internal int PartBytes { get; init; } = PartSize.Usual;

    /// <summary>Azure's limit of one request ("Copy Blob From URL"); parts are small enough that several go at the same time.</summary>
    internal CopySize CopySize { get; init; } = new(256L << 20, 128L << 20);

    /// <summary>How many objects a page of a listing has at most; null for the store's own choice, which is 5,000.</summary>
    internal int? PageObjects { get; init; }

    /// <summary>A length that is known costs no request, and whether it is right shows at the first read; else the one request has the first bytes, too.</summary>
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AzurePath path = AzurePath.Of(location);
        if (knownBytes is { } bytes)
            return new AzureRangeReader(sender, location, path, bytes, etag: null, default);
        try
        {
            return await AzureRangeReader.OpenAsync(sender, location, path, cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Truncated)
        {
            // A blob without bytes has no beginning (RFC 9110, "416 Range Not Satisfiable").
            BlobProperties head = await sender.FindAsync(location, path, cancellationToken) ?? throw StoreErrors.ObjectMissing(location, null);
            return new AzureRangeReader(sender, location, path, head.ContentLength, head.ETag.ToString(), default);
        }
    }

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.Of(location);
        return path.Blob.Length > 0 && await sender.FindAsync(location, path, cancellationToken) is not null;
    }

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken)
    {
        AzurePath path = AzurePath.Of(prefix);
        return ObjectsAt.ListAsync(new AzureListing(sender, prefix, path, PageObjects), path.Blob, async stopping =>
            await sender.FindAsync(prefix, path, stopping) is { } found ? new StoredObject(prefix, found.ContentLength, found.LastModified) : null, cancellationToken);
    }

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var upload = new AzureUpload(sender, location, AzurePath.OfObject(location));
        return new(new PartWriter(upload, location, PartSize.Within(WriterBytes, PartBytes, MaxBlocks).For(location, knownBytes), knownBytes));
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
}
