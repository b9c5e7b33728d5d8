namespace BulkMover.ObjectStores.Listings;

/// <summary>A store that answers requests for pages of a listing, several at the same time.</summary>
internal interface IListedStore
{
    /// <summary>Whether a listing can begin behind any key, in the order of <see cref="KeyOrder"/>.</summary>
    bool StartsAnywhere { get; }

    Task<ListedPage> PageAsync(ListRequest request, CancellationToken cancellationToken);
}
