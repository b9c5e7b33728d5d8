using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>A section of a listing: objects, or a request whose answer is sections that come into its place.</summary>
internal sealed class ListingSection
{
    private readonly Func<CancellationToken, Task<IReadOnlyList<ListingSection>>>? request;

    public ListingSection(Func<CancellationToken, Task<IReadOnlyList<ListingSection>>> request) => this.request = request;

    public ListingSection(IEnumerable<ListedEntry> found) => Objects = [.. found.Select(entry => entry.Object).OfType<StoredObject>()];

    /// <summary>Null as long as they are to be asked for.</summary>
    public IReadOnlyList<StoredObject>? Objects { get; }

    /// <summary>The answer, which may be on its way; null when it was not asked for.</summary>
    public Task<IReadOnlyList<ListingSection>>? Answer { get; private set; }

    public void Ask(CancellationToken cancellationToken) => Answer = request!(cancellationToken);
}
