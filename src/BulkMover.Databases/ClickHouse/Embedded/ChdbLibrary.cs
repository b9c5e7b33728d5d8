using System.Runtime.InteropServices;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>Finds libchdb, the ClickHouse engine as one shared library, or fetches it once per user with the npm client.</summary>
public static class ChdbLibrary
{
    /// <summary>Environment variable that names a libchdb file; nothing is fetched or checked then.</summary>
    public const string PathVariable = "BULKMOVER_CHDB_LIBRARY";

    private const string Version = "26.7.3-stable.1";
    private const string Package = $"@chdb/lib-linux-x64-gnu@{Version}";
    private const string Alternatives =
        $"Name a libchdb file with {PathVariable}, or copy to a server with clickhouse:// instead.";

    private static readonly NpmFile Library = new(
        Package, "package/libchdb.so", "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5",
        "The embedded ClickHouse", "clickhouse.embedded", Alternatives);

    /// <summary>The library's path. It is fetched when it is not there (178 MB; 566 MB on disk), which is told to <paramref name="progress"/>.</summary>
    /// <exception cref="EnvironmentException">It is not there and cannot be fetched; the message names the alternatives.</exception>
    public static async Task<string> LocateAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? Path.GetFullPath(named) : throw new EnvironmentException("clickhouse.embedded_library_missing",
                $"{PathVariable} names '{named}', which does not exist. Correct it, or unset it to have the library fetched.");
        }

        string directory = CacheDirectory();
        string library = Path.Combine(directory, "libchdb.so");
        if (File.Exists(library))
            return library;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new EnvironmentException("clickhouse.embedded_platform",
                $"The embedded ClickHouse is fetched for Linux on x64 only; this is {RuntimeInformation.RuntimeIdentifier}. {Alternatives}");
        }

        await FetchOnceAsync(directory, library, progress, cancellationToken);
        return library;
    }

    private static string CacheDirectory()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            cache = home.Length > 0 ? Path.Combine(home, ".cache") : throw new EnvironmentException("clickhouse.embedded_cache",
                $"There is no home directory to keep the embedded ClickHouse in. Set XDG_CACHE_HOME. {Alternatives}");
        }

        return Path.Combine(cache, "bulkmover", $"chdb-{Version}");
    }

    private static async Task FetchOnceAsync(
        string directory, string library, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            await using FileStream fetching = await WaitForTurnAsync(Path.Combine(directory, "fetch.lock"), cancellationToken);
            if (File.Exists(library))
                return;

            progress?.Report($"Fetching the embedded ClickHouse once (178 MB, {Package})");
            await Library.FetchAsync(library, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new EnvironmentException("clickhouse.embedded_fetch",
                $"The embedded ClickHouse could not be stored in '{directory}': {error.Message} Free some disk space, " +
                $"or set XDG_CACHE_HOME to another place. {Alternatives}", error);
        }
    }

    /// <summary>Holds a file open so that of several processes one fetches; the system lets go of it when that one dies.</summary>
    private static async Task<FileStream> WaitForTurnAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (error.GetType() == typeof(IOException) && File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
    }
}
