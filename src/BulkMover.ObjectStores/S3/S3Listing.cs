using Amazon.S3.Model;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Pages of a listing (S3 API, "ListObjectsV2").</summary>
/// <param name="sender">Sends the requests.</param>
/// <param name="prefix">What is listed.</param>
/// <param name="bucket">Where.</param>
/// <param name="pageObjects">Entries of a page at most; null for the store's own choice.</param>
internal sealed class S3Listing(S3Sender sender, Location prefix, string bucket, int? pageObjects) : IListedStore
{
    public bool StartsAnywhere => true;

    public async Task<ListedPage> PageAsync(ListRequest request, CancellationToken cancellationToken)
    {
        ListObjectsV2Response page = await sender.SendAsync(prefix, StoreAct.Read, (client, limit) => client.Sdk.ListObjectsV2Async(
            new ListObjectsV2Request
            {
                BucketName = bucket,
                Prefix = request.Prefix,
                ContinuationToken = request.Token,
                StartAfter = request.After,
                Delimiter = request.ByDirectory ? "/" : null,
                MaxKeys = pageObjects,
                RequestPayer = client.Payer,
            }, limit.Token), cancellationToken);
        ListedEntry[] entries = [.. (page.S3Objects ?? []).Select(Entry), .. (page.CommonPrefixes ?? []).Select(directory => new ListedEntry(directory, null, IsDirectory: true))];
        return new ListedPage(entries, page.IsTruncated != true ? null : page.NextContinuationToken ?? throw new EnvironmentException("store.listing_broken",
            $"The listing of '{prefix}' says that it goes on, but not where. Look into the store's log."));
    }

    // A slash at the end is what some tools put in place of a directory.
    private ListedEntry Entry(S3Object found) => new(
        found.Key, found.Key.EndsWith('/') ? null : new StoredObject(prefix with { Path = $"{bucket}/{found.Key}" }, found.Size ?? 0, found.LastModified));
}
