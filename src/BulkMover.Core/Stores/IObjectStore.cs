namespace BulkMover.Core.Stores;

/// <summary>Bytes at a location. One implementation per kind of store; it refuses schemes that are not its own.</summary>
public interface IObjectStore
{
    /// <summary>Opens an object for ranged reads. The caller disposes the reader.</summary>
    /// <param name="location">The object.</param>
    /// <param name="knownBytes">Its length where metadata gives it, so that no request is needed to ask; else null.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="Errors.CorruptTableException">Code <c>store.object_missing</c>: there is no such object.</exception>
    ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken);

    /// <summary>True when an object (not a directory) is at the location.</summary>
    ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken);

    /// <summary>
    /// The objects below a directory or prefix, at all depths, streamed; within one directory in the order of names, by UTF-16 or UTF-8 as the store has
    /// it, and the same at every call while nothing changes.
    /// An object lists itself; what is missing lists nothing.
    /// </summary>
    IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken);
}
