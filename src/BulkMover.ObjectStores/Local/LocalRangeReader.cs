using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using Microsoft.Win32.SafeHandles;

namespace BulkMover.ObjectStores.Local;

/// <summary>Reads one open file at given offsets. Its length is the one it has when it is opened.</summary>
internal sealed class LocalRangeReader : IRangeReader
{
    private readonly SafeFileHandle handle;
    private readonly string path;

    private LocalRangeReader(SafeFileHandle handle, string path, long length) => (this.handle, this.path, Length) = (handle, path, length);

    public long Length { get; }

    /// <summary>The open file, which stands at its beginning.</summary>
    public SafeFileHandle File => handle;

    public static LocalRangeReader Open(string path)
    {
        if (Directory.Exists(path))
            throw LocalErrors.IsDirectory(path);

        // Whoever maintains the table may go on writing and deleting.
        SafeFileHandle opened = System.IO.File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.Asynchronous);
        try
        {
            return new LocalRangeReader(opened, path, RandomAccess.GetLength(opened));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset > Length - destination.Length)
            throw Truncated(offset, destination.Length);

        while (destination.Length > 0)
        {
            int read = await ReadSomeAsync(offset, destination, cancellationToken);
            // It was long enough when it was opened.
            if (read == 0)
                throw Truncated(offset, destination.Length);
            offset += read;
            destination = destination[read..];
        }
    }

    public ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<int> ReadSomeAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(handle, destination, offset, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LocalErrors.Of(path, error);
        }
    }

    private CorruptTableException Truncated(long offset, int length) => new("store.object_truncated",
        $"'{path}' has {Length:N0} bytes; {length:N0} bytes at {offset:N0} were to be read. The file was cut, or what refers to it is wrong.");
}
