using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.S3;

/// <summary>Knows how each object is read or written; asked before every request, because what was granted for a while is renewed. Safe for concurrent use.</summary>
public interface IS3AccessSource
{
    ValueTask<S3Access> ForAsync(Location location, CancellationToken cancellationToken);

    /// <summary>What is good instead of what the store has refused as expired; the same again when there is nothing else.</summary>
    ValueTask<S3Access> InsteadOfAsync(S3Access refused, Location location, CancellationToken cancellationToken);
}
