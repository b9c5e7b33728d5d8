using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>The directory in which an embedded engine keeps its tables.</summary>
internal static class DataDirectory
{
    /// <summary>What the engine makes in its directory at the first start.</summary>
    private static readonly string[] Marks = ["metadata", "store", "dynamic_user_defined_executable_functions"];

    /// <summary>Makes it, or checks that it is one: an engine must not unfold itself in somebody's home directory by a slip of the keyboard.</summary>
    public static string Prepare(string directory)
    {
        string path = Path.GetFullPath(directory);
        try
        {
            Directory.CreateDirectory(path);
            if (Directory.EnumerateFileSystemEntries(path).Any() && !Array.Exists(Marks, mark => Directory.Exists(Path.Combine(path, mark))))
            {
                throw new InvalidInputException("clickhouse.embedded_directory_foreign",
                    $"'{path}' is not empty and holds no embedded ClickHouse. Choose an empty or a new directory.");
            }

            return path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("clickhouse.embedded_directory",
                $"'{path}' cannot be used for an embedded ClickHouse: {error.Message} Choose a directory that you may write.", error);
        }
    }

    public static EnvironmentException InUse(string path) => new("clickhouse.embedded_in_use",
        $"'{path}' is in use by another embedded ClickHouse, and only one process at a time can have it. Wait until the other " +
        "command has ended, or choose another directory.")
    { IsTransient = true };
}
