using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Local;

/// <summary>
/// Files of this machine. Paths are literal; a symbolic link stands for what it points to. What is written gets its name when all of it is on
/// disk: until then it has none, or it is a hidden file beside it, where the file system knows no files without a name: a program that is killed leaves
/// that behind.
/// </summary>
/// <param name="writableRoot">The directory below which all lies that is written or deleted, whatever links there are; null for no limit.</param>
public sealed class LocalObjectStore(Location? writableRoot = null) : IWritableStore
{
    private readonly LocalRoot? root = writableRoot is { } location ? new LocalRoot(PathOf(location)) : null;

    /// <summary>False as on file systems that know no files without a name.</summary>
    internal bool HasUnnamedFiles { get; init; } = true;

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

    /// <summary>Begins a file; its directories are made.</summary>
    /// <exception cref="InvalidInputException">Codes <c>store.outside_root</c>, <c>store.is_directory</c>, <c>store.path_invalid</c>, <c>store.scheme_unknown</c>.</exception>
    /// <exception cref="EnvironmentException">Codes <c>store.access_denied</c>, <c>store.disk_full</c>, <c>store.read_only</c>, <c>store.io_failed</c>.</exception>
    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IObjectWriter>(LocalWriter.Create(WritablePathOf(location), HasUnnamedFiles));
    }

    /// <inheritdoc cref="CreateAsync"/>
    public async Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using IObjectWriter writer = await CreateAsync(location, bytes.Length, cancellationToken);
        await writer.WriteAsync(bytes, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
    }

    /// <inheritdoc cref="CreateAsync"/>
    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        NewObject.TryPutAsync(this, location, bytes, async () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using LocalWriter writer = LocalWriter.Create(WritablePathOf(location), HasUnnamedFiles);
            await writer.WriteAsync(bytes, cancellationToken);
            return await writer.TryCompleteNewAsync(cancellationToken);
        }, cancellationToken);

    /// <summary>
    /// Copies a file within the disk where it can (reflink), else within the kernel; with its permissions, and as new as any other that is written now: else who deletes
    /// what is old and in no table's version would delete it. Only Linux has one call for it.
    /// </summary>
    /// <inheritdoc cref="CreateAsync"/>
    public async Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken)
    {
        if (!source.IsFile || !LocalSystem.CopiesRanges)
            return false;
        string path = WritablePathOf(destination);
        await Task.Run(async () =>
        {
            // Whatever is wrong with the source shows here, and not as an error of what is written.
            await using LocalRangeReader reader = LocalErrors.Wrap(source.Path, () => LocalRangeReader.Open(source.Path));
            if (reader.Length != bytes)
                throw StoreErrors.LengthWrong(source, reader.Length, bytes);
            await using LocalWriter writer = LocalWriter.Create(path, HasUnnamedFiles);
            if (writer.Take(reader.File, bytes, cancellationToken) is var taken && taken != bytes)
                throw StoreErrors.LengthWrong(source, taken, bytes);
            await writer.CompleteAsync(cancellationToken);
        }, cancellationToken);
        return true;
    }

    /// <inheritdoc cref="CreateAsync"/>
    public async Task<bool> TryMoveAsync(Location from, long bytes, Location to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (string source, string destination) = (WritablePathOf(from), WritablePathOf(to));
        if (LocalErrors.Wrap(source, () => new FileInfo(source).Length) is var length && length != bytes)
            throw StoreErrors.LengthWrong(from, length, bytes);
        LocalErrors.WrapWriting(destination, () =>
        {
            LocalSystem.MakeDirectory(Path.GetDirectoryName(destination)!);
            File.Move(source, destination, overwrite: true);
        });
        await LocalErrors.WrapWritingAsync(destination, () => new ValueTask(DirectoryFlushes.Shared.FlushAsync(Path.GetDirectoryName(destination)!)));
        root?.DeleteEmptyDirectoriesAbove(source);
        return true;
    }

    /// <summary>Removes a file, and with a root also the directories below it that have become empty.</summary>
    /// <inheritdoc cref="CreateAsync"/>
    public Task DeleteAsync(Location location, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string path = WritablePathOf(location);
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            throw LocalErrors.IsDirectory(path);
        LocalErrors.WrapWriting(path, () =>
        {
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // So it is gone.
            }
        });
        root?.DeleteEmptyDirectoriesAbove(path);
        return Task.CompletedTask;
    }

    private static string PathOf(Location location) =>
        location.IsFile
            ? location.Path
            : throw new InvalidInputException("store.scheme_unknown", $"'{location}' is not on local disk; this store has only paths and file: addresses.");

    private string WritablePathOf(Location location)
    {
        string path = PathOf(location);
        root?.Check(path);
        return path;
    }
}
