using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>A part of a listing: objects, or a request whose answer is parts that come into its place.</summary>
internal sealed class ListingPart
{
    private readonly Func<CancellationToken, Task<IReadOnlyList<ListingPart>>>? request;

    public ListingPart(Func<CancellationToken, Task<IReadOnlyList<ListingPart>>> request) => this.request = request;

    public ListingPart(IEnumerable<ListedEntry> found) => Objects = [.. found.Select(entry => entry.Object).OfType<StoredObject>()];

    /// <summary>Null as long as they are to be asked for.</summary>
    public IReadOnlyList<StoredObject>? Objects { get; }

    /// <summary>The answer, which may be on its way; null when it was not asked for.</summary>
    public Task<IReadOnlyList<ListingPart>>? Answer { get; private set; }

    public void Ask(CancellationToken cancellationToken) => Answer = request!(cancellationToken);
}
