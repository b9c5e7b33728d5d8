namespace BulkMover.Core.Stores;

/// <summary>A store that is written to. Whatever appears in it appears whole: a reader sees an object as it is to be, or does not see it.</summary>
public interface IWritableStore : IObjectStore
{
    /// <summary>Bytes that each writer of <see cref="CreateAsync"/> holds at most while they are on their way; 0 when it is next to nothing.</summary>
    long WriterBytes => 0;

    /// <summary>Begins an object that is written front to back; one that is there is replaced when the writer completes. The caller disposes the writer.</summary>
    /// <param name="location">Where it will be.</param>
    /// <param name="knownBytes">Its length where that is known before; else null.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken);

    /// <summary>Writes a small object at once; one that is there is replaced.</summary>
    Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a small object unless there is one: of all who try, whenever and from wherever, one succeeds. After an answer that was lost the
    /// object is looked at, so that whoever has written it is told so.
    /// </summary>
    /// <returns>False when there is one with other bytes.</returns>
    Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Copies an object without its bytes passing through this program; one at the destination is replaced. Length, and a content hash where the
    /// store gives one of both, are compared afterwards.
    /// </summary>
    /// <param name="source">The object; it may lie in another bucket or container.</param>
    /// <param name="bytes">Its length, as the metadata that names it have it.</param>
    /// <param name="version">As <see cref="IRangeReader.Version"/>, of what is to be copied and nothing else; null for what is there, whichever it is.</param>
    /// <param name="destination">In this store.</param>
    /// <param name="cancellationToken">Stops the copy; nothing is visible then.</param>
    /// <returns>False when this store cannot copy from there itself: nothing was done.</returns>
    /// <exception cref="Errors.CorruptTableException">The source is missing, or has another length or version.</exception>
    Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken);

    /// <summary>Gives an object another name; one that has it is replaced. Where the store knows no such thing it is a copy and a removal.</summary>
    /// <param name="from">The object.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="to">Its new name, in this store.</param>
    /// <param name="cancellationToken">Stops before the object is gone from its old place.</param>
    /// <returns>False when the store cannot: nothing was done.</returns>
    /// <exception cref="Errors.CorruptTableException">The object is missing or has another length.</exception>
    async Task<bool> TryMoveAsync(Location from, long bytes, Location to, CancellationToken cancellationToken)
    {
        if (!await TryCopyAsync(from, bytes, version: null, to, cancellationToken))
            return false;
        await DeleteAsync(from, cancellationToken);
        return true;
    }

    /// <summary>Removes an object; that it is missing is no error. Directories that become empty may go as well.</summary>
    Task DeleteAsync(Location location, CancellationToken cancellationToken);
}
