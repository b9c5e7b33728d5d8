using BulkMover.Core.Stores;
using Microsoft.Win32.SafeHandles;

namespace BulkMover.ObjectStores.Local;

/// <summary>
/// A file that gets its name when all of it is on disk. Until then it has none, and a program that is killed leaves nothing; or, on file systems
/// that know no such files, a hidden one.
/// </summary>
internal sealed class LocalWriter : IObjectWriter
{
    /// <summary>Small pieces come together to so many bytes; larger ones pass by.</summary>
    private const int BufferBytes = 128 * 1024;

    /// <summary>Of a file that is taken, between two looks at whether to stop: a tenth of a second on a common disk.</summary>
    private const int PieceBytes = 64 << 20;

    /// <summary>Each is a directory that somebody has removed, since it was empty, while this was about to put a file there.</summary>
    private const int Attempts = 10;

    private readonly string path;
    private readonly string hidden;
    private readonly FileStream file;
    private readonly bool isUnnamed;
    private bool isWhole = true;

    private LocalWriter(string path, string hidden, FileStream file, bool isUnnamed) =>
        (this.path, this.hidden, this.file, this.isUnnamed) = (path, hidden, file, isUnnamed);

    public long Length { get; private set; }

    /// <param name="path">The file.</param>
    /// <param name="mayBeUnnamed">Without a name until then, if the file system can.</param>
    public static LocalWriter Create(string path, bool mayBeUnnamed)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = BufferBytes, Options = FileOptions.Asynchronous };
        (string hidden, (FileStream file, bool isUnnamed)) = BesideOf(path, hidden => mayBeUnnamed && LocalSystem.TryMakeUnnamed(Path.GetDirectoryName(hidden)!) is { } unnamed
            ? (new FileStream(unnamed, FileAccess.Write, BufferBytes), true)
            : (new FileStream(hidden, options), false));
        return new LocalWriter(path, hidden, file, isUnnamed);
    }

    /// <summary>Takes the bytes of a file, and its permissions, without that they pass through this program. Before anything is written.</summary>
    /// <param name="source">The file, which stands at its beginning.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>Bytes that it had: fewer when it was cut meanwhile.</returns>
    public long Take(SafeFileHandle source, long bytes, CancellationToken cancellationToken) => LocalErrors.WrapWriting(path, () =>
    {
        isWhole = false;
        // Asked for once: each time the stream puts the file back to where it thinks that it stands, which is the beginning.
        SafeFileHandle own = file.SafeFileHandle;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(own, File.GetUnixFileMode(source));
        for (long copied = -1; Length < bytes && copied != 0; Length += copied)
        {
            cancellationToken.ThrowIfCancellationRequested();
            copied = LocalSystem.CopyRange(source, own, Math.Min(bytes - Length, PieceBytes));
        }

        isWhole = true;
        return Length = RandomAccess.GetLength(own);
    });

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // Until it is over, and for ever when it fails: nobody knows how much of it is in the file.
        isWhole = false;
        await LocalErrors.WrapWritingAsync(path, () => file.WriteAsync(bytes, cancellationToken));
        (Length, isWhole) = (Length + bytes.Length, true);
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await FinishAsync(cancellationToken);
        LocalErrors.WrapWriting(path, () =>
        {
            if (isUnnamed && TryName(path))
                return;
            if (Directory.Exists(path))
                throw LocalErrors.IsDirectory(path);
            // What has the name can only be replaced by another name.
            if (isUnnamed)
                TryName(hidden);
            File.Move(hidden, path, overwrite: true);
        });
        await LocalErrors.WrapWritingAsync(path, FlushDirectoryAsync);
    }

    /// <summary>Makes it visible unless there is something of that name.</summary>
    public async Task<bool> TryCompleteNewAsync(CancellationToken cancellationToken)
    {
        await FinishAsync(cancellationToken);
        // Not File.Move, which looks first and then renames: of two at the same time both would succeed.
        bool isNew = LocalErrors.WrapWriting(path, () => isUnnamed ? TryName(path) : LocalSystem.TryLink(hidden, path));
        if (isNew)
            await LocalErrors.WrapWritingAsync(path, FlushDirectoryAsync);
        return isNew;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await file.DisposeAsync();
        }
        catch (IOException)
        {
            // It tries to write what could not be written before; of what is complete nothing is left to write.
        }
        finally
        {
            // With its name it is not there any more, and its directory need not be.
            if (File.Exists(hidden))
                File.Delete(hidden);
        }
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (!isWhole)
            throw new InvalidOperationException($"'{path}' cannot be complete: writing it has failed.");
        await LocalErrors.WrapWritingAsync(path, () => new ValueTask(file.FlushAsync(cancellationToken)));
        await LocalErrors.WrapWritingAsync(path, () => new ValueTask(Task.Run(() => file.Flush(flushToDisk: true), cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool TryName(string name)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                // Which may be in vain, too.
                if (attempt > 1)
                    LocalSystem.MakeDirectory(Path.GetDirectoryName(name)!);
                return LocalSystem.TryName(file.SafeFileHandle, name);
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // Once the file is in it, nobody removes it.
            }
        }
    }

    private ValueTask FlushDirectoryAsync() => new(DirectoryFlushes.Shared.FlushAsync(Path.GetDirectoryName(path)!));

    /// <summary>Makes a hidden file in the directory that another one will be in, which is made, too.</summary>
    private static (string Hidden, T Made) BesideOf<T>(string path, Func<string, T> make) => LocalErrors.WrapWriting(path, () =>
    {
        string directory = Path.GetDirectoryName(path) ?? throw LocalErrors.IsDirectory(path);
        string hidden = Path.Combine(directory, $".bulkmover-{Guid.NewGuid():N}.tmp");
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                LocalSystem.MakeDirectory(directory);
                return (hidden, make(hidden));
            }
            catch (Exception error) when (error is DirectoryNotFoundException or FileNotFoundException && attempt < Attempts)
            {
                // Once there is a file in it, nobody removes it.
            }
        }
    });
}
