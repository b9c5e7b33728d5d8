using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Pages of a listing (Azure, "List Blobs").</summary>
/// <param name="sender">Sends the requests.</param>
/// <param name="prefix">What is listed.</param>
/// <param name="path">The same.</param>
/// <param name="pageObjects">Entries of a page at most; null for the store's own choice.</param>
internal sealed class AzureListing(AzureSender sender, Location prefix, AzurePath path, int? pageObjects) : IListedStore
{
    /// <summary>The parameter for it (startFrom) is of 2026, what does not know it begins at the beginning without a word, and accounts with hierarchical names have an order of their own.</summary>
    public bool StartsAnywhere => false;

    public Task<ListedPage> PageAsync(ListRequest request, CancellationToken cancellationToken) => sender.SendAsync(prefix, path, StoreAct.Read, (container, limit) =>
        request.ByDirectory ? DirectoriesAsync(container, request, limit.Token) : BlobsAsync(container, request, limit.Token), cancellationToken);

    private async Task<ListedPage> BlobsAsync(BlobContainerClient container, ListRequest request, CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = PrefixOf(request), Traits = BlobTraits.Metadata };
        return await PageAsync(container.GetBlobsAsync(options, cancellationToken), request, Entry, cancellationToken);
    }

    private async Task<ListedPage> DirectoriesAsync(BlobContainerClient container, ListRequest request, CancellationToken cancellationToken)
    {
        var options = new GetBlobsByHierarchyOptions { Prefix = PrefixOf(request), Traits = BlobTraits.Metadata, Delimiter = "/" };
        return await PageAsync(container.GetBlobsByHierarchyAsync(options, cancellationToken), request,
            item => item.IsPrefix ? new ListedEntry(item.Prefix, null, IsDirectory: true) : Entry(item.Blob), cancellationToken);
    }

    private async Task<ListedPage> PageAsync<T>(AsyncPageable<T> listing, ListRequest request, Func<T, ListedEntry> entry, CancellationToken cancellationToken)
        where T : notnull
    {
        await using IAsyncEnumerator<Page<T>> pages = listing.AsPages(request.Token, pageObjects).GetAsyncEnumerator(cancellationToken);
        await pages.MoveNextAsync();
        return new ListedPage([.. pages.Current.Values.Select(entry)], pages.Current.ContinuationToken is { Length: > 0 } next ? next : null);
    }

    // Either is what some tools put in place of a directory.
    private ListedEntry Entry(BlobItem found) => new(found.Name, found.Name.EndsWith('/') || AzureSender.IsFolder(found.Metadata)
        ? null
        : new StoredObject(prefix with { Path = $"{path.Account}/{path.Container}/{found.Name}" }, found.Properties.ContentLength ?? 0, found.Properties.LastModified));

    private static string? PrefixOf(ListRequest request) => request.Prefix.Length == 0 ? null : request.Prefix;
}
