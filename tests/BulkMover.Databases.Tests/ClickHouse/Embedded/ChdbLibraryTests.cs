using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Embedded;

/// <summary>Each runs in a process of its own, whose cache is empty and whose <c>npm</c> is what the test puts there.</summary>
public sealed class ChdbLibraryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("bulkmover-chdb-").FullName;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private string Bin => Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Locate_VariableNamesNoFile_SaysSo() =>
        Assert.StartsWith("clickhouse.embedded_library_missing:", await StartWithoutLibraryAsync("/nowhere/libchdb.so"), StringComparison.Ordinal);

    [Fact]
    public async Task Locate_FileIsNoLibrary_SaysSo()
    {
        string file = Path.Combine(root, "libchdb.so");
        File.WriteAllText(file, "not a library");
        string said = await StartWithoutLibraryAsync(file);
        Assert.StartsWith("clickhouse.embedded_start:", said, StringComparison.Ordinal);
        Assert.Contains(file, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locate_NoNpm_NamesTheAlternatives()
    {
        string said = await StartWithoutLibraryAsync(null);
        Assert.StartsWith("clickhouse.embedded_npm_missing:", said, StringComparison.Ordinal);
        Assert.Contains("Install npm", said, StringComparison.Ordinal);
        Assert.Contains(ChdbLibrary.PathVariable, said, StringComparison.Ordinal);
        Assert.Contains("clickhouse://", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locate_NpmFails_ReportsWhatItSaid()
    {
        WriteNpm("echo no route to registry >&2; exit 1");
        string said = await StartWithoutLibraryAsync(null);
        Assert.StartsWith("clickhouse.embedded_fetch:", said, StringComparison.Ordinal);
        Assert.Contains("no route to registry", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locate_OtherBytesArrive_KeepsNothing()
    {
        string archive = Path.Combine(root, "p.tgz");
        await using (var tar = new TarWriter(new GZipStream(File.Create(archive), CompressionLevel.Fastest)))
        {
            await tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "package/libchdb.so")
            {
                DataStream = new MemoryStream("other bytes"u8.ToArray()),
            }, Stopping);
        }

        WriteNpm($"/bin/cp {archive} .");
        Assert.StartsWith("clickhouse.embedded_checksum:", await StartWithoutLibraryAsync(null), StringComparison.Ordinal);
        string[] left = Directory.GetFiles(Path.Combine(root, "cache"), "*", SearchOption.AllDirectories);
        Assert.Equal(["fetch.lock"], left.Select(Path.GetFileName));
    }

    private void WriteNpm(string script)
    {
        string npm = Path.Combine(Bin, "npm");
        File.WriteAllText(npm, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(npm, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task<string> StartWithoutLibraryAsync(string? library)
    {
        using var parent = new Process();
        parent.StartInfo = new ProcessStartInfo(TestHost.Program, [KillableParent.Command, Path.Combine(root, "data")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = Bin, ["XDG_CACHE_HOME"] = Path.Combine(root, "cache"), [ChdbLibrary.PathVariable] = library },
        };
        parent.Start();
        string said = await parent.StandardOutput.ReadToEndAsync(Stopping);
        await parent.WaitForExitAsync(Stopping);
        Assert.Equal(3, parent.ExitCode);
        return said;
    }
}
