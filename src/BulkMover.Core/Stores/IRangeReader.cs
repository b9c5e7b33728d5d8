namespace BulkMover.Core.Stores;

/// <summary>Reads byte ranges of one object. Safe for concurrent reads.</summary>
public interface IRangeReader : IAsyncDisposable
{
    /// <summary>Length of the object in bytes.</summary>
    long Length { get; }

    /// <summary>What tells the version of the object that is read from all others; null before the first read, and where the store has nothing like it.</summary>
    string? Version => null;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/> (bytes) or throws; never a short read.</summary>
    /// <exception cref="Errors.CorruptTableException">The range lies beyond the end of the object.</exception>
    /// <exception cref="Errors.EnvironmentException">The store failed; <c>IsTransient</c> says whether again may help.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);
}
