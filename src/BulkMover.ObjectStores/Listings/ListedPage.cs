namespace BulkMover.ObjectStores.Listings;

/// <summary>The answer to one request for a listing.</summary>
/// <param name="Entries">In the store's order; where directories were asked for, objects and directories each by themselves.</param>
/// <param name="Next">With what the store goes on; null when this is the end.</param>
internal sealed record ListedPage(IReadOnlyList<ListedEntry> Entries, string? Next);
