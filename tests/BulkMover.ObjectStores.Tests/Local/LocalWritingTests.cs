using System.Runtime.Versioning;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Stores;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Local;

public sealed class LocalWritingTests : WritableStoreContract, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    protected override Location Root => directory.LocationOf("root");

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("../a")]
    [InlineData("d/../a")]
    [InlineData("d/../../a")]
    [InlineData("out/a")]
    [InlineData("out/new/a")]
    [InlineData("in/up/a")]
    [InlineData("nowhere/a")]
    public async Task Write_PathThatLeadsOutOfTheRoot_IsRefused(string name)
    {
        Directory.CreateDirectory(directory.PathOf("root/d/e"));
        Directory.CreateDirectory(directory.PathOf("elsewhere"));
        File.CreateSymbolicLink(directory.PathOf("root/out"), directory.PathOf("elsewhere"));
        File.CreateSymbolicLink(directory.PathOf("root/in"), directory.PathOf("root/d"));
        File.CreateSymbolicLink(directory.PathOf("root/d/up"), "../..");
        File.CreateSymbolicLink(directory.PathOf("root/nowhere"), "../not-yet");
        await File.WriteAllBytesAsync(directory.PathOf("source"), [1], Cancellation);
        IWritableStore store = OpenStore();

        InvalidInputException[] errors =
        [
            await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(At(name), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.TryPutNewAsync(At(name), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(async () => await store.CreateAsync(At(name), null, Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.TryCopyAsync(directory.LocationOf("source"), 1, version: null, At(name), Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.DeleteAsync(At(name), Cancellation)),
        ];

        Assert.All(errors, error => Assert.Equal("store.outside_root", error.Code));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.PathOf("elsewhere")));
        Assert.False(Directory.Exists(Path.Combine(directory.FullName, "not-yet")));
    }

    [Theory]
    [InlineData("root2/a")]
    [InlineData("root")]
    [InlineData("a")]
    public async Task Write_PathBesideTheRoot_IsRefused(string name)
    {
        IWritableStore store = OpenStore();

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(directory.Location.Combine(name), new byte[1], Cancellation));

        Assert.Equal("store.outside_root", error.Code);
    }

    [Fact]
    public async Task Write_LinksThatStayInTheRoot_AreFollowed()
    {
        Directory.CreateDirectory(directory.PathOf("root/d"));
        File.CreateSymbolicLink(directory.PathOf("root/link"), directory.PathOf("root/d"));
        File.CreateSymbolicLink(directory.PathOf("lake"), directory.PathOf("root"));

        await OpenStore().PutAsync(At("link/a"), new byte[] { 1 }, Cancellation);
        await new LocalObjectStore(Location.OnDisk(directory.PathOf("lake"))).PutAsync(directory.LocationOf("lake/d/b"), new byte[] { 2 }, Cancellation);

        Assert.Equal([1], await File.ReadAllBytesAsync(directory.PathOf("root/d/a"), Cancellation));
        Assert.Equal([2], await File.ReadAllBytesAsync(directory.PathOf("root/d/b"), Cancellation));
    }

    [Fact]
    public async Task Put_NameIsALinkToAFileElsewhere_ReplacesTheLink()
    {
        await File.WriteAllBytesAsync(directory.PathOf("other"), [1], Cancellation);
        File.CreateSymbolicLink(directory.PathOf("root/a"), directory.PathOf("other"));
        IWritableStore store = OpenStore();

        await store.PutAsync(At("a"), new byte[] { 2 }, Cancellation);

        Assert.Equal([1], await File.ReadAllBytesAsync(directory.PathOf("other"), Cancellation));
        Assert.Equal([2], await store.ReadAllAsync(At("a"), null, Cancellation));
    }

    [Fact]
    public async Task Create_NotYetComplete_IsHiddenFromTables()
    {
        await using IObjectWriter writer = await OpenStore().CreateAsync(At("d/a.parquet"), null, Cancellation);

        Assert.All(Directory.EnumerateFiles(directory.PathOf("root/d")), file => Assert.StartsWith(".", Path.GetFileName(file), StringComparison.Ordinal));
    }

    /// <summary>What is killed amid it leaves what is there now.</summary>
    [Fact]
    public async Task Create_NotYetComplete_HasNoName()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("d/old"), new byte[] { 1 }, Cancellation);
        using (SafeFileHandle? unnamed = LocalSystem.TryMakeUnnamed(directory.PathOf("root/d")))
            Assert.SkipWhen(unnamed is null, "The file system knows no files without a name.");

        await using IObjectWriter writer = await store.CreateAsync(At("d/a"), null, Cancellation);
        await using IObjectWriter replacing = await store.CreateAsync(At("d/old"), null, Cancellation);
        await writer.WriteAsync(Bytes(1 << 20), Cancellation);
        await replacing.WriteAsync(new byte[] { 2 }, Cancellation);
        Assert.Equal(["old"], Directory.EnumerateFileSystemEntries(directory.PathOf("root/d")).Select(Path.GetFileName));

        await writer.CompleteAsync(Cancellation);
        await replacing.CompleteAsync(Cancellation);
        Assert.Equal(["a", "old"], Directory.EnumerateFileSystemEntries(directory.PathOf("root/d")).Select(Path.GetFileName).Order());
        Assert.Equal([2], await store.ReadAllAsync(At("d/old"), null, Cancellation));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Put_NewFile_HasThePermissionsOfAnyOther()
    {
        await File.WriteAllBytesAsync(directory.PathOf("other"), [1], Cancellation);
        await OpenStore().PutAsync(At("a"), new byte[] { 1 }, Cancellation);

        Assert.Equal(File.GetUnixFileMode(directory.PathOf("other")), File.GetUnixFileMode(At("a").Path));
    }

    [Fact]
    public async Task Delete_LastOfItsDirectories_TakesThemAndLeavesTheRoot()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("d/e/f/a"), new byte[1], Cancellation);
        await store.PutAsync(At("d/b"), new byte[1], Cancellation);

        await store.DeleteAsync(At("d/e/f/a"), Cancellation);
        Assert.Equal([directory.PathOf("root/d/b")], Directory.EnumerateFileSystemEntries(directory.PathOf("root/d")));

        await store.DeleteAsync(At("d/b"), Cancellation);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.PathOf("root")));
    }

    [Fact]
    public async Task Create_WhileOthersDeleteTheLastOfItsDirectory_NoneFails()
    {
        IWritableStore store = OpenStore();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(lane => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await store.PutAsync(At($"d/e/{lane}"), new byte[1], Cancellation);
                await store.DeleteAsync(At($"d/e/{lane}"), Cancellation);
            }
        }, Cancellation)));

        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task Copy_OldSource_IsAsNewAsWhatIsWrittenNow()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[1], Cancellation);
        File.SetLastWriteTimeUtc(At("a").Path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await store.TryCopyAsync(At("a"), 1, version: null, At("b"), Cancellation);

        Assert.InRange(File.GetLastWriteTimeUtc(At("b").Path), DateTime.UtcNow.AddHours(-1), DateTime.UtcNow.AddHours(1));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Copy_PermissionsOfTheSource_AreKept()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[1], Cancellation);
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(At("a").Path, Own);

        await store.TryCopyAsync(At("a"), 1, version: null, At("b"), Cancellation);

        Assert.Equal(Own, File.GetUnixFileMode(At("b").Path));
    }

    [Fact]
    public async Task Copy_FromAnotherFileSystem_HasTheBytes()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no file system in memory here.");
        byte[] bytes = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];
        string source = $"/dev/shm/{Guid.NewGuid():N}";
        await File.WriteAllBytesAsync(source, bytes, Cancellation);
        try
        {
            Assert.True(await OpenStore().TryCopyAsync(Location.OnDisk(source), bytes.Length, version: null, At("a"), Cancellation));
        }
        finally
        {
            File.Delete(source);
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(At("a").Path, Cancellation));
    }

    [Fact]
    public async Task Copy_FileThatIsTakenInPieces_HasAllBytesInTheirPlaces()
    {
        const long Piece = 64 << 20;
        string source = directory.PathOf("source");
        using (SafeFileHandle file = File.OpenHandle(source, FileMode.CreateNew, FileAccess.Write))
        {
            foreach (long at in (long[])[0, Piece - 1, Piece, (2 * Piece) + 4])
                RandomAccess.Write(file, [(byte)(at % 251 + 1)], at);
        }

        Assert.True(await OpenStore().TryCopyAsync(Location.OnDisk(source), (2 * Piece) + 5, version: null, At("a"), Cancellation));

        Assert.Equal(await HashAsync(source), await HashAsync(At("a").Path));

        static async Task<string> HashAsync(string path)
        {
            await using FileStream file = File.OpenRead(path);
            return $"{file.Length} {Convert.ToHexString(await System.Security.Cryptography.SHA256.HashDataAsync(file, Cancellation))}";
        }
    }

    [Fact]
    public async Task Take_SourceIsShorterThanItWas_TellsHowMuchThereWas()
    {
        await File.WriteAllBytesAsync(directory.PathOf("source"), new byte[3], Cancellation);
        using SafeFileHandle source = File.OpenHandle(directory.PathOf("source"));
        await using LocalWriter writer = LocalWriter.Create(directory.PathOf("copy"), mayBeUnnamed: true);

        Assert.Equal(3, writer.Take(source, 5, Cancellation));
    }

    [Fact]
    public async Task Write_WhereADirectoryIs_IsRefused()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("d/a"), new byte[1], Cancellation);

        var put = await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(At("d"), new byte[1], Cancellation));
        var deleted = await Assert.ThrowsAsync<InvalidInputException>(() => store.DeleteAsync(At("d"), Cancellation));

        Assert.Equal(("store.is_directory", "store.is_directory"), (put.Code, deleted.Code));
        Assert.Equal(["d/a"], (await ListAsync(store)).Select(o => o.Name));
    }

    [Fact]
    public async Task Write_BelowAFile_IsAnErrorThatNamesThePath()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("file"), new byte[1], Cancellation);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => store.PutAsync(At("file/below"), new byte[1], Cancellation));

        Assert.Equal("store.io_failed", error.Code);
        Assert.Contains("Writing", error.Message, StringComparison.Ordinal);
        Assert.Contains("file/below", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_NoRoomOnTheDisk_SaysSo()
    {
        // A device of Linux that is always full (full(4)), where the hidden file cannot be; so it is asked directly.
        var error = LocalErrors.OfWriting("/data/a", await Assert.ThrowsAnyAsync<IOException>(
            () => File.WriteAllBytesAsync("/dev/full", new byte[1], Cancellation)));

        Assert.Equal("store.disk_full", error.Code);
    }

    /// <summary>No try but another place or another mount helps.</summary>
    [Fact]
    public void Write_FileSystemIsReadOnly_SaysSoAndIsNotTriedAgain()
    {
        const int ReadOnlyFileSystem = 30; // EROFS (errno-base.h)

        BulkMoverException error = LocalErrors.OfWriting("/data/a", new IOException("Read-only file system : '/data'", ReadOnlyFileSystem));

        Assert.Equal(("store.read_only", false, ErrorSide.Environment), (error.Code, error.IsTransient, error.Side));
    }

    protected override IWritableStore OpenStore() => new LocalObjectStore(Root);

    protected override Task<int> CountUnfinishedAsync() =>
        Task.FromResult(Directory.EnumerateFiles(directory.FullName, ".*", SearchOption.AllDirectories).Count());
}
