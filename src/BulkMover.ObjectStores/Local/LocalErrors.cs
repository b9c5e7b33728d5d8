using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.Local;

/// <summary>Turns what the file system throws into errors that name the path and the next step.</summary>
internal static class LocalErrors
{
    /// <summary>ENOSPC and EDQUOT of Linux; EDQUOT of macOS.</summary>
    private static readonly int[] DiskFull = [28, 122, 69];

    /// <summary>EROFS of both.</summary>
    private const int ReadOnly = 30;

    public static T Wrap<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw Of(path, error);
        }
    }

    public static T WrapWriting<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw OfWriting(path, error);
        }
    }

    public static void WrapWriting(string path, Action call) => WrapWriting(path, () =>
    {
        call();
        return true;
    });

    public static async ValueTask WrapWritingAsync(string path, Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (Exception error) when (IsOfFiles(error))
        {
            throw OfWriting(path, error);
        }
    }

    public static BulkMoverException Of(string path, Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            new CorruptTableException("store.object_missing", $"There is no file '{path}'. Check the path; if the table was moved, its metadata may still name the old place.", error),
        UnauthorizedAccessException =>
            new EnvironmentException("store.access_denied", $"'{path}' may not be read by this user. Grant the right to read it.", error),
        _ => Invalid(path, error) ?? Failed($"Reading '{path}' failed: {error.Message} Check the disk, then run the command again.", error),
    };

    public static BulkMoverException OfWriting(string path, Exception error) => error switch
    {
        UnauthorizedAccessException => new EnvironmentException("store.access_denied",
            $"'{path}' may not be written or deleted by this user. Grant the right to write in its directory.", error),
        IOException when DiskFull.Contains(error.HResult) => new EnvironmentException("store.disk_full",
            $"There is no room on the disk for '{path}'. Make room, then run the command again.", error),
        IOException when error.HResult == ReadOnly => new EnvironmentException("store.read_only",
            $"'{path}' would lie in a file system that is mounted for reading only. Mount it for writing, or name another place.", error),
        _ => Invalid(path, error) ?? Failed($"Writing '{path}' failed: {error.Message} Check the disk and whether its directory is one, then run the command again.", error),
    };

    public static InvalidInputException IsDirectory(string path) =>
        new("store.is_directory", $"'{path}' is a directory, not a file. Name the file, or read the directory as a table.");

    private static bool IsOfFiles(Exception error) => error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static BulkMoverException? Invalid(string path, Exception error) => error is ArgumentException or NotSupportedException or PathTooLongException
        ? new InvalidInputException("store.path_invalid", $"'{path}' is not a path that can exist here: {error.Message}", error)
        : null;

    private static EnvironmentException Failed(string message, Exception error) => new("store.io_failed", message, error) { IsTransient = true };
}
