using System.Diagnostics;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Xunit;

namespace BulkMover.Testing.Azure;

/// <summary>
/// Azure's Blob Storage for the tests of a class, as Microsoft's emulator Azurite has it: <c>IClassFixture&lt;AzuriteServer&gt;</c>, then take
/// it as a constructor parameter. Each test makes its own container.
/// </summary>
public sealed class AzuriteServer : IAsyncLifetime
{
    public const string Account = "lake";
    public const string Key = "bGFrZSdzIGtleSBmb3IgdGVzdHM=";

    /// <summary>Of another account of the same server.</summary>
    public const string OtherKey = "c3RyYW5nZXIncyBrZXkgZm9yIHRlc3Rz";

    /// <summary>As in package.json, whose lock file pins what it needs: <c>npm install --package-lock-only --omit-lockfile-registry-resolved</c> makes it.</summary>
    private const string Version = "3.35.0";

    /// <summary>On an idle machine a second does; the first time, 160 MB are fetched.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private Process? process;
    private int containers;

    public Uri Endpoint { get; private set; } = null!;

    public string ConnectionString => ConnectionStringOf(Endpoint, Key);

    /// <summary>The server's, or that of somebody who stands before it.</summary>
    public static string ConnectionStringOf(Uri endpoint, string key) => $"AccountName={Account};AccountKey={key};BlobEndpoint={endpoint}{Account}";

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        string program = await InstallAsync(limit.Token);
        int port = LocalPort.Free();
        Endpoint = new Uri($"http://127.0.0.1:{port}/");
        process = Process.Start(new ProcessStartInfo("node",
        [
            // It ends with this process, however that ends.
            "-e", "process.stdin.on('end', () => process.exit()).resume(); require(process.argv[1])",
            program, "--blobPort", $"{port}", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{Key};stranger:{OtherKey}" },
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        do
        {
            if (await process.StandardOutput.ReadLineAsync(limit.Token) is not { } line)
                throw new InvalidOperationException($"Azurite did not start. {await errors}");
            if (line.Contains("successfully listens", StringComparison.Ordinal))
                return;
        }
        while (true);
    }

    /// <summary>Makes a container that no other test uses.</summary>
    public async Task<string> NewContainerAsync(CancellationToken cancellationToken)
    {
        string container = $"container-{Interlocked.Increment(ref containers)}";
        await ContainerOf(container).CreateAsync(cancellationToken: cancellationToken);
        return container;
    }

    public async Task PutAsync(string container, string blob, byte[] bytes, CancellationToken cancellationToken) =>
        await ContainerOf(container).GetBlobClient(blob).UploadAsync(new BinaryData(bytes), overwrite: true, cancellationToken);

    /// <summary>Puts what stands for a directory in Data Lake Gen2.</summary>
    public async Task PutFolderAsync(string container, string blob, CancellationToken cancellationToken) => await ContainerOf(container).GetBlobClient(blob)
        .UploadAsync(Stream.Null, metadata: new Dictionary<string, string> { ["hdi_isfolder"] = "true" }, cancellationToken: cancellationToken);

    /// <summary>Puts all files below a directory at the same paths below a prefix.</summary>
    public async Task PutDirectoryAsync(string container, string prefix, string directory, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            await PutAsync(container, $"{prefix}/{Path.GetRelativePath(directory, file)}", await File.ReadAllBytesAsync(file, cancellationToken), cancellationToken);
    }

    /// <summary>All blobs of a container: their names, each with what changes when it is written again.</summary>
    public async Task<SortedDictionary<string, string>> ListAsync(string container, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (BlobItem one in ContainerOf(container).GetBlobsAsync(cancellationToken: cancellationToken))
            found.Add(one.Name, $"{one.Properties.ETag}");
        return found;
    }

    /// <summary>A signature for a container.</summary>
    public static string SasToken(string container, BlobContainerSasPermissions permissions, DateTimeOffset expires) =>
        new BlobSasBuilder(permissions, expires) { BlobContainerName = container, Resource = "c" }.ToSasQueryParameters(new StorageSharedKeyCredential(Account, Key)).ToString();

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private BlobContainerClient ContainerOf(string container) =>
        new BlobServiceClient(ConnectionString, new BlobClientOptions { TrimBlobNameSlashes = false }).GetBlobContainerClient(container);

    /// <summary>Once for each user, with npm.</summary>
    private static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string directory = Path.Combine(cache, "bulkmover", $"azurite-{Version}"), program = Path.Combine(directory, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (File.Exists(program))
            return program;

        string scratch = $"{directory}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(scratch);
        try
        {
            foreach (string file in (string[])["package.json", "package-lock.json"])
                File.Copy(Path.Combine(AppContext.BaseDirectory, "Azure", file), Path.Combine(scratch, file));
            using Process npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            {
                WorkingDirectory = scratch,
                UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            npm.StandardInput.Close();
            // Told nobody: how many packages there are.
            Task<string> output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            string errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(output, npm.WaitForExitAsync(cancellationToken));
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"npm could not fetch Azurite: {errors}");
            Directory.Move(scratch, directory);
            return program;
        }
        catch (IOException) when (File.Exists(program))
        {
            // Another test program was faster; either is whole.
            return program;
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
    }
}
