using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.S3;

/// <summary>One way for all objects. The SDK's chain renews what it finds by itself.</summary>
public sealed class FixedS3Access(S3Access access) : IS3AccessSource
{
    public ValueTask<S3Access> ForAsync(Location location, CancellationToken cancellationToken) => new(access);

    public ValueTask<S3Access> InsteadOfAsync(S3Access refused, Location location, CancellationToken cancellationToken) => new(refused);
}
