using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Objects of Amazon S3 and of stores that speak like it. Keys are literal. A listing comes in the order of the keys' bytes.</summary>
/// <remarks>Errors are those of <see cref="S3Errors"/>.</remarks>
public sealed class S3ObjectStore(IS3AccessSource source, StoreRequests requests) : IWritableStore
{
    /// <summary>Of an object (Amazon S3, "Multipart upload limits").</summary>
    internal const int MaxParts = 10_000;

    private readonly S3Sender sender = new(source, requests);

    /// <summary>As many as it is given, but for one part at least; with an object that has no room in as many parts as the store takes, it is more.</summary>
    public long WriterBytes { get; init => field = PartSize.WriterBytes(value); } = PartSize.UsualWriterBytes;

    /// <summary>What is longer is sent in parts.</summary>
    internal int PartBytes { get; init; } = PartSize.Usual;

    /// <summary>Amazon's limit of one request (S3 API, "CopyObject"); parts are small enough that several go at the same time.</summary>
    internal CopySize CopySize { get; init; } = new(5L << 30, 1L << 29);

    /// <summary>How many objects a page of a listing has at most; null for the store's own choice, which is 1,000.</summary>
    internal int? PageObjects { get; init; }

    /// <summary>A length that is known costs no request, and whether it is right shows at the first read; else the one request has the first bytes, too.</summary>
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        S3Path path = S3Path.Of(location);
        if (knownBytes is { } bytes)
            return new S3RangeReader(sender, location, path, bytes, etag: null, default);
        try
        {
            return await S3RangeReader.OpenAsync(sender, location, path, cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Truncated)
        {
            // An object without bytes has no beginning (RFC 9110, "416 Range Not Satisfiable").
            GetObjectMetadataResponse head = await sender.HeadAsync(location, path, cancellationToken);
            return new S3RangeReader(sender, location, path, head.ContentLength, head.ETag, default);
        }
    }

    public async ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        S3Path path = S3Path.Of(location);
        return path.Key.Length > 0 && await sender.FindAsync(location, path, cancellationToken) is not null;
    }

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken)
    {
        S3Path path = S3Path.Of(prefix);
        return ObjectsAt.ListAsync(new S3Listing(sender, prefix, path.Bucket, PageObjects), path.Key, async stopping =>
            await sender.FindAsync(prefix, path, stopping) is { } found ? new StoredObject(prefix, found.ContentLength, found.LastModified) : null, cancellationToken);
    }

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var upload = new S3Upload(sender, location, S3Path.OfObject(location));
        return new(new PartWriter(upload, location, PartSize.Within(WriterBytes, PartBytes, MaxParts).For(location, knownBytes), knownBytes));
    }

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        new S3Upload(sender, location, S3Path.OfObject(location)).PutWholeAsync(bytes, cancellationToken);

    /// <summary>Only as an object that is put whole: not all stores look whether there is one when parts become an object.</summary>
    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(sender, location, S3Path.OfObject(location));
        return NewObject.TryPutAsync(this, location, bytes, () => upload.TryPutAsync(bytes, onlyNew: true, cancellationToken), cancellationToken);
    }

    /// <summary>False also for what is in another store, or read with other credentials than those that write.</summary>
    public async Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) =>
        S3Path.Has(source) && await sender.HaveSameAccessAsync(source, destination, cancellationToken)
        && await new S3Copy(sender, source, destination, CopySize).TryRunAsync(bytes, version, cancellationToken);

    public async Task DeleteAsync(Location location, CancellationToken cancellationToken)
    {
        S3Path path = S3Path.OfObject(location);
        try
        {
            await sender.SendAsync(location, StoreAct.Delete, (client, limit) => client.Sdk.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = path.Bucket, Key = path.Key, RequestPayer = client.Payer }, limit.Token), cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            // Amazon's does not say so, others do.
        }
    }
}
