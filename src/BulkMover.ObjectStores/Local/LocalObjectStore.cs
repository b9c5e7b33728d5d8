using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Local;

/// <summary>Files of this machine. Paths are literal; a symbolic link stands for what it points to.</summary>
public sealed class LocalObjectStore : IObjectStore
{
    /// <summary>Opens a file. Its length costs nothing to ask here, so what metadata says of it is not used.</summary>
    /// <exception cref="CorruptTableException">Codes <c>store.object_missing</c>, <c>store.object_truncated</c>.</exception>
    /// <exception cref="InvalidInputException">Codes <c>store.is_directory</c>, <c>store.path_invalid</c>, <c>store.scheme_unknown</c>.</exception>
    /// <exception cref="EnvironmentException">Codes <c>store.access_denied</c>, <c>store.io_failed</c>.</exception>
    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = PathOf(location);
        return ValueTask.FromResult<IRangeReader>(LocalErrors.Wrap(path, () => LocalRangeReader.Open(path)));
    }

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(File.Exists(PathOf(location)));
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string root = PathOf(prefix);
        // Directories are read when the caller comes to them, on its own thread: there is nothing to wait for.
        await Task.CompletedTask;
        foreach (StoredObject found in LocalListing.At(root))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return found;
        }
    }

    private static string PathOf(Location location) =>
        location.IsFile
            ? location.Path
            : throw new InvalidInputException("store.scheme_unknown", $"'{location}' is not on local disk; this store reads only paths and file: addresses.");
}
