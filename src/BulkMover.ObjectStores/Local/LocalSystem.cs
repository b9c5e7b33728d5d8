using System.Runtime.InteropServices;

namespace BulkMover.ObjectStores.Local;

/// <summary>What .NET has no call for, of POSIX. Failures are an <see cref="IOException"/>.</summary>
internal static partial class LocalSystem
{
    private const int NotFound = 2;
    private const int AlreadyExists = 17;

    /// <summary>Gives a file a second name, unless something has it: of all who try at the same time, one succeeds (POSIX, <c>link</c>).</summary>
    public static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists ? false : throw Failure(error);
    }

    /// <summary>Makes a directory and those above it; they outlast a loss of power.</summary>
    public static void MakeDirectory(string path)
    {
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } above)
            return;
        MakeDirectory(above);
        Directory.CreateDirectory(path);
        FlushDirectory(above);
    }

    /// <summary>Names that were given in a directory outlast a loss of power from now on.</summary>
    public static void FlushDirectory(string path)
    {
        // O_RDONLY: File.OpenHandle opens no directories.
        int directory = Open(path, 0);
        if (directory < 0)
            throw Failure(Marshal.GetLastPInvokeError());
        int failure = Flush(directory) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(directory);
        if (failure != 0)
            throw Failure(failure);
    }

    private static IOException Failure(int error) => error == NotFound
        ? new DirectoryNotFoundException($"{Marshal.GetPInvokeErrorMessage(error)}.")
        : new IOException($"{Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
