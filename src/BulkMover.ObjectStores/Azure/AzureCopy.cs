using Azure;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Has the store copy one blob within an account, of one version of the source or not at all.</summary>
/// <param name="sender">Sends the requests.</param>
/// <param name="source">The blob.</param>
/// <param name="destination">Where it will be.</param>
/// <param name="size">What is longer than this at once, and then in such parts.</param>
internal sealed class AzureCopy(AzureSender sender, Location source, Location destination, CopySize size)
{
    private readonly AzurePath from = AzurePath.OfObject(source);
    private readonly AzurePath to = AzurePath.OfObject(destination);

    /// <param name="bytes">The source's length, as metadata has it.</param>
    /// <param name="version">The source's tag where it was read before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False when the store cannot do this.</returns>
    public async Task<bool> TryRunAsync(long bytes, string? version, CancellationToken cancellationToken)
    {
        BlobProperties original = await sender.FindAsync(source, from, cancellationToken) ?? throw StoreErrors.ObjectMissing(source, null);
        if (original.ContentLength != bytes)
            throw StoreErrors.LengthWrong(source, original.ContentLength, bytes);
        if (version is not null && version != original.ETag.ToString())
            throw StoreErrors.Changed(source);
        try
        {
            await (bytes <= size.WholeBytes ? CopyWholeAsync(original.ETag, cancellationToken) : CopyPartsAsync(original.ETag, bytes, cancellationToken));
        }
        catch (BulkMoverException error) when (error.Code == StoreErrors.Replaced)
        {
            throw StoreErrors.Changed(source);
        }
        catch (BulkMoverException error) when (error.Code == StoreErrors.Missing)
        {
            throw StoreErrors.ObjectMissing(source, error);
        }
        catch (BulkMoverException error) when (error.Code == StoreErrors.NotSupported)
        {
            return false;
        }

        BlobProperties? copy = await sender.FindAsync(destination, to, cancellationToken);
        if (copy?.ContentLength != bytes || (HasHash(original) && HasHash(copy) && !original.ContentHash.AsSpan().SequenceEqual(copy.ContentHash)))
            throw StoreErrors.WrittenWrong(destination, copy?.ContentLength ?? 0, bytes);
        return true;
    }

    private Task<BlobCopyInfo> CopyWholeAsync(ETag version, CancellationToken cancellationToken) =>
        sender.SendAsync(destination, to, StoreAct.Copy, async (container, limit) =>
        {
            limit.CancelAfter(StoreRequests.WorkTimeout);
            AzureCopySource shown = await sender.ClientFor(from).SourceAsync(from, limit.Token);
            return (await container.GetBlobClient(to.Blob).SyncCopyFromUriAsync(shown.Uri, new BlobCopyFromUriOptions
            {
                SourceAuthentication = shown.Authorization, SourceConditions = new BlobRequestConditions { IfMatch = version },
            }, limit.Token)).Value;
        }, cancellationToken);

    private async Task CopyPartsAsync(ETag version, long bytes, CancellationToken cancellationToken)
    {
        var upload = new AzureUpload(sender, destination, to);
        await size.ForEachPartAsync(bytes, AzureObjectStore.MaxBlocks, (number, first, length, stopping) =>
            upload.CopyPartAsync(number, from, new HttpRange(first, length), version, stopping), cancellationToken);
        await upload.CompleteAsync(bytes, cancellationToken);
    }

    private static bool HasHash(BlobProperties blob) => blob.ContentHash is { Length: > 0 };
}
