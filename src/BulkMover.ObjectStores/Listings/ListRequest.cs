namespace BulkMover.ObjectStores.Listings;

/// <summary>A request for one page of a listing.</summary>
/// <param name="Prefix">What all keys begin with.</param>
internal readonly record struct ListRequest(string Prefix)
{
    /// <summary>Where the page before has ended; null for the beginning.</summary>
    public string? Token { get; init; }

    /// <summary>A key that comes before all; null for the beginning. Only where <see cref="IListedStore.StartsAnywhere"/>.</summary>
    public string? After { get; init; }

    /// <summary>Of what lies deeper, only the prefix up to the next slash.</summary>
    public bool ByDirectory { get; init; }
}
