namespace BulkMover.ObjectStores.Requests;

/// <summary>How a store takes one object: whole, or in parts that nobody sees until it is complete.</summary>
internal interface IPartUpload
{
    /// <summary>Puts an object that is no longer than a part.</summary>
    Task PutWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Before the first part.</summary>
    Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>Several at the same time, each once.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="bytes">Of the object, behind those of the parts before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task PutPartAsync(int number, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes all parts the object.</summary>
    Task CompleteAsync(long bytes, CancellationToken cancellationToken);

    /// <summary>Removes the parts of what will not be complete. What cannot be removed now is left to the store: it throws nothing.</summary>
    Task AbortAsync();
}
