using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.Local;

/// <summary>Turns what the file system throws into errors that name the path and the next step.</summary>
internal static class LocalErrors
{
    public static T Wrap<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Of(path, error);
        }
    }

    public static BulkMoverException Of(string path, Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException =>
            new CorruptTableException("store.object_missing", $"There is no file '{path}'. Check the path; if the table was moved, its metadata may still name the old place.", error),
        UnauthorizedAccessException =>
            new EnvironmentException("store.access_denied", $"'{path}' may not be read by this user. Grant the right to read it.", error),
        ArgumentException or NotSupportedException or PathTooLongException =>
            new InvalidInputException("store.path_invalid", $"'{path}' is not a path that can exist here: {error.Message}", error),
        _ => new EnvironmentException("store.io_failed", $"Reading '{path}' failed: {error.Message} Check the disk, then run the command again.", error)
        {
            IsTransient = true,
        },
    };

    public static InvalidInputException IsDirectory(string path) =>
        new("store.is_directory", $"'{path}' is a directory, not a file. Name the file, or read the directory as a table.");
}
