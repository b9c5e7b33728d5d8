using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>What a location stands for: the objects below it, or, where there is none, the one of that name.</summary>
internal static class ObjectsAt
{
    /// <param name="store">What is listed.</param>
    /// <param name="key">The location's; empty for all.</param>
    /// <param name="find">Looks for the object of that name.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async IAsyncEnumerable<StoredObject> ListAsync(
        IListedStore store, string key, Func<CancellationToken, Task<StoredObject?>> find, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var finding = new Meanwhile<StoredObject?>(stopping => key.Length > 0 ? find(stopping) : Task.FromResult<StoredObject?>(null), cancellationToken);
        bool isEmpty = true;
        await foreach (StoredObject found in ParallelListing.ListAsync(store, key.Length == 0 ? "" : key.TrimEnd('/') + "/", cancellationToken))
        {
            isEmpty = false;
            yield return found;
        }

        if (isEmpty && await finding.Answer is { } itself)
            yield return itself;
    }
}
