using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BulkMover.ObjectStores.Local;

/// <summary>What .NET has no call for, of POSIX. Failures are an <see cref="IOException"/>.</summary>
internal static partial class LocalSystem
{
    private const int NotFound = 2;
    private const int AlreadyExists = 17;

    /// <summary>Of Linux (open(2), linkat(2)): O_WRONLY, O_CLOEXEC; O_TMPFILE, which has the number of O_DIRECTORY in it and so depends on the machine; AT_FDCWD, AT_SYMLINK_FOLLOW.</summary>
    private const int WriteOnly = 0x1, CloseOnExec = 0x80000, ThisDirectory = -100, FollowLink = 0x400;

    private const string OpenFiles = "/proc/self/fd";

    private static readonly int? Unnamed = RuntimeInformation.ProcessArchitecture switch
    {
        _ when !OperatingSystem.IsLinux() || !Directory.Exists(OpenFiles) => null,
        Architecture.X64 => 0x410000,
        Architecture.Arm64 => 0x404000,
        _ => null,
    };

    /// <summary>Makes a file that has no name yet, and is gone if it never gets one. Null where that cannot be, for whatever reason.</summary>
    public static SafeFileHandle? TryMakeUnnamed(string directory)
    {
        // As any new file: for all to read and write but whom the process's mask forbids it.
        const int Permissions = 0x1B6;
        int file = Unnamed is { } unnamed ? OpenNew(directory, WriteOnly | CloseOnExec | unnamed, Permissions) : -1;
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>Gives a file without a name one, unless something has it: of all who try at the same time, one succeeds.</summary>
    public static bool TryName(SafeFileHandle unnamed, string name) =>
        LinkAt(ThisDirectory, $"{OpenFiles}/{unnamed.DangerousGetHandle()}", ThisDirectory, name, FollowLink) == 0 || IsTaken();

    /// <summary>Gives a file a second name, unless something has it: of all who try at the same time, one succeeds (POSIX, <c>link</c>).</summary>
    public static bool TryLink(string existing, string name) => Link(existing, name) == 0 || IsTaken();

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

    /// <summary>After a call that gives a name has failed: false when something has it.</summary>
    private static bool IsTaken()
    {
        int error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists ? false : throw Failure(error);
    }

    private static IOException Failure(int error) => error == NotFound
        ? new DirectoryNotFoundException($"{Marshal.GetPInvokeErrorMessage(error)}.")
        : new IOException($"{Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "linkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkAt(int existingDirectory, string existing, int nameDirectory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenNew(string path, int flags, int permissions);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
