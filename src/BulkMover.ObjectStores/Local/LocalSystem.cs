using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BulkMover.ObjectStores.Local;

/// <summary>What .NET has no call for, of POSIX. Failures are an <see cref="IOException"/>.</summary>
internal static partial class LocalSystem
{
    private const int NotFound = 2;
    private const int AlreadyExists = 17;
    private const int NotADirectory = 20;
    private const int InvalidArgument = 22;

    /// <summary>Of copy_file_range(2): EXDEV, EINVAL, ENOSYS, EOPNOTSUPP.</summary>
    private static readonly int[] CannotCopyRange = [18, InvalidArgument, 38, 95];

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

    /// <summary>Removes a directory if there is nothing in it.</summary>
    /// <returns>False when it stays, for whatever reason.</returns>
    public static bool TryRemoveDirectory(string path) => RemoveDirectory(path) == 0;

    /// <summary>Whether it is a symbolic link; where that is not certain it may be one.</summary>
    public static bool MayBeLink(string path) =>
        ReadLink(path, out _, 1) >= 0 || Marshal.GetLastPInvokeError() is not (InvalidArgument or NotFound or NotADirectory);

    /// <summary>Whether <see cref="CopyRange"/> is known here.</summary>
    public static bool CopiesRanges => OperatingSystem.IsLinux();

    /// <summary>
    /// Copies bytes from where one file stands to where the other one stands, within the kernel. The file system shares them where it can (reflink); between two
    /// file systems they go through the kernel's memory.
    /// </summary>
    /// <returns>How many; 0 at the end of the file.</returns>
    public static long CopyRange(SafeFileHandle from, SafeFileHandle to, long bytes)
    {
        nint copied = CopyFileRange(from, 0, to, 0, (nint)bytes, 0);
        if (copied < 0 && CannotCopyRange.Contains(Marshal.GetLastPInvokeError()))
            copied = SendFile(to, from, 0, (nint)bytes);
        return copied >= 0 ? copied : throw Failure(Marshal.GetLastPInvokeError());
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

    [LibraryImport("libc", EntryPoint = "rmdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "readlink", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint ReadLink(string path, out byte target, nint bytes);

    [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(SafeFileHandle from, nint fromOffset, SafeFileHandle to, nint toOffset, nint bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeFileHandle to, SafeFileHandle from, nint offset, nint bytes);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);
}
