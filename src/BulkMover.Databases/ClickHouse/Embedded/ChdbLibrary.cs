using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>Finds libchdb, the ClickHouse engine as one shared library, or fetches it once per user with the npm client.</summary>
public static class ChdbLibrary
{
    /// <summary>Environment variable that names a libchdb file; nothing is fetched or checked then.</summary>
    public const string PathVariable = "BULKMOVER_CHDB_LIBRARY";

    private const string Version = "26.7.3-stable.1";
    private const string Package = $"@chdb/lib-linux-x64-gnu@{Version}";
    private const string EntryName = "package/libchdb.so";
    private const string Sha256 = "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5";
    private const string Alternatives =
        $"Name a libchdb file with {PathVariable}, or copy to a server with clickhouse:// instead.";

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
            string scratch = Directory.CreateDirectory(Path.Combine(directory, $"fetch-{Guid.NewGuid():N}")).FullName;
            try
            {
                string archive = await RunNpmPackAsync(scratch, cancellationToken);
                string unpacked = Path.Combine(scratch, "libchdb.so");
                await UnpackAsync(archive, unpacked, cancellationToken);
                // Invariant 5: the library appears whole and checked, by a rename.
                File.Move(unpacked, library, overwrite: true);
            }
            finally
            {
                Directory.Delete(scratch, recursive: true);
            }
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

    private static async Task<string> RunNpmPackAsync(string scratch, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("npm", ["pack", Package, "--silent"])
        {
            UseShellExecute = false,
            WorkingDirectory = scratch,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process npm = StartNpm(start);
        try
        {
            npm.StandardInput.Close();
            Task<string> output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            string errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode == 0 && Directory.GetFiles(scratch, "*.tgz") is [string archive])
                return archive;
            throw new EnvironmentException("clickhouse.embedded_fetch",
                $"npm could not fetch {Package}: {$"{errors}{await output}".Trim()} Check the network and npm's registry. {Alternatives}")
            { IsTransient = true };
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }

    private static Process StartNpm(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EnvironmentException("clickhouse.embedded_npm_missing",
                $"The embedded ClickHouse is fetched with npm, which is not installed: {error.Message}. Install npm. {Alternatives}", error);
        }
    }

    /// <summary>Unpacks the library and checks its bytes on the way.</summary>
    private static async Task UnpackAsync(string archive, string destination, CancellationToken cancellationToken)
    {
        await using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var tar = new TarReader(packed);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name != EntryName)
                continue;
            await entry.ExtractToFileAsync(destination, overwrite: false, cancellationToken);
            await using FileStream library = File.OpenRead(destination);
            string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(library, cancellationToken));
            if (sha256 == Sha256)
                return;
            throw new EnvironmentException("clickhouse.embedded_checksum",
                $"libchdb.so of {Package} has sha256 {sha256}; it must be {Sha256}. The registry gave other bytes. {Alternatives}");
        }

        throw new InvalidDataException($"{Package} does not hold {EntryName}.");
    }
}
