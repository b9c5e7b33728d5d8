using Amazon.S3;
using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Has the store copy one object, of one version of the source or not at all.</summary>
/// <param name="sender">Sends the requests.</param>
/// <param name="source">The object.</param>
/// <param name="destination">Where it will be.</param>
/// <param name="size">What is longer than this at once, and then in such parts.</param>
internal sealed class S3Copy(S3Sender sender, Location source, Location destination, CopySize size)
{
    private readonly S3Path from = S3Path.Of(source);
    private readonly S3Path to = S3Path.OfObject(destination);

    /// <param name="bytes">The source's length, as metadata has it.</param>
    /// <param name="version">The source's tag where it was read before, together with its length.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False when the store cannot do this.</returns>
    public async Task<bool> TryRunAsync(long bytes, string? version, CancellationToken cancellationToken)
    {
        version ??= (await OriginalAsync(bytes, cancellationToken)).ETag;
        string? tag;
        try
        {
            tag = bytes <= size.WholeBytes ? await CopyWholeAsync(version, cancellationToken) : await CopyPartsAsync(version, bytes, cancellationToken);
        }
        catch (BulkMoverException error) when (error.Code is StoreErrors.Replaced or StoreErrors.Missing)
        {
            GetObjectMetadataResponse now = await sender.FindAsync(source, from, cancellationToken) ?? throw StoreErrors.ObjectMissing(source, error);
            // Ceph (16) takes the source of a part for another one when there is a % in its name: the tag has kept it from copying that.
            return now.ETag == version ? false : throw StoreErrors.Changed(source);
        }
        catch (BulkMoverException error) when (error.Code == StoreErrors.NotSupported)
        {
            return false;
        }

        // Small files are nothing but requests: where the answer tells that both are the same, two more would tell nothing new. Ceph (16) copies whatever version there is.
        if (!S3ETag.IsMd5(tag) || !S3ETag.AreEqual(tag, version))
            await CompareAsync(bytes, version, cancellationToken);
        return true;
    }

    private async Task<GetObjectMetadataResponse> OriginalAsync(long bytes, CancellationToken cancellationToken)
    {
        GetObjectMetadataResponse original = await sender.HeadAsync(source, from, cancellationToken);
        return original.ContentLength == bytes ? original : throw StoreErrors.LengthWrong(source, original.ContentLength, bytes);
    }

    private async Task CompareAsync(long bytes, string version, CancellationToken cancellationToken)
    {
        GetObjectMetadataResponse original = await OriginalAsync(bytes, cancellationToken);
        if (original.ETag != version)
            throw StoreErrors.Changed(source);
        GetObjectMetadataResponse copy = await sender.HeadAsync(destination, to, cancellationToken);
        if (copy.ContentLength != bytes || (HasMd5(original) && HasMd5(copy) && !S3ETag.AreEqual(original.ETag, copy.ETag)))
            throw StoreErrors.WrittenWrong(destination, copy.ContentLength, bytes);
    }

    private async Task<string?> CopyWholeAsync(string version, CancellationToken cancellationToken)
    {
        CopyObjectResponse answer = await sender.SendAsync(destination, StoreAct.Copy, (client, limit) =>
        {
            limit.CancelAfter(StoreRequests.WorkTimeout);
            var request = new CopyObjectRequest
            {
                SourceBucket = from.Bucket, SourceKey = from.Key, ETagToMatch = version,
                DestinationBucket = to.Bucket, DestinationKey = to.Key, RequestPayer = client.Payer,
            };
            client.Encryption?.ApplyTo(request);
            return client.Sdk.CopyObjectAsync(request, limit.Token);
        }, cancellationToken);
        return answer.ETag;
    }

    /// <returns>Null: the tag of parts is not that of a whole.</returns>
    private async Task<string?> CopyPartsAsync(string version, long bytes, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(sender, destination, to);
        await upload.BeginAsync(cancellationToken);
        try
        {
            await size.ForEachPartAsync(bytes, S3ObjectStore.MaxParts, (number, first, length, stopping) => upload.CopyPartAsync(
                number, () => new CopyPartRequest { SourceBucket = from.Bucket, SourceKey = from.Key, ETagToMatch = [version], FirstByte = first, LastByte = first + length - 1 },
                stopping), cancellationToken);
            await upload.CompleteAsync(bytes, cancellationToken);
            return null;
        }
        catch
        {
            await upload.AbortAsync();
            throw;
        }
    }

    private static bool HasMd5(GetObjectMetadataResponse head) =>
        S3ETag.IsMd5(head.ETag) && head.ServerSideEncryptionCustomerMethod is null or { Value: "" or null }
        && (head.ServerSideEncryptionMethod is null or { Value: "" or null } || head.ServerSideEncryptionMethod == ServerSideEncryptionMethod.AES256);
}
