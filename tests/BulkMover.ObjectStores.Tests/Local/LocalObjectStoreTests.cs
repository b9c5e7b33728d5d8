using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Local;

public sealed class LocalObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    protected override Location Root => directory.Location;

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task OpenAsync_Directory_ThrowsIsDirectory()
    {
        var error = await Assert.ThrowsAsync<InvalidInputException>(async () => await OpenStore().OpenAsync(Root, null, Cancellation));

        Assert.Equal("store.is_directory", error.Code);
    }

    [Fact]
    public async Task OpenAsync_PathThroughAFile_ThrowsObjectMissing()
    {
        await PutAsync("file", [1]);

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () =>
            await OpenStore().OpenAsync(Root.Combine("file/below"), null, Cancellation));

        Assert.Equal("store.object_missing", error.Code);
    }

    [Fact]
    public async Task OpenAsync_NameThatCannotExist_ThrowsInvalidInput() =>
        await Assert.ThrowsAsync<InvalidInputException>(async () =>
            await OpenStore().OpenAsync(new Location(Location.FileScheme, "/a\0b"), null, Cancellation));

    [Fact]
    public async Task OpenAsync_LengthInMetadataIsWrong_TheFileDecides()
    {
        await PutAsync("a", [1, 2, 3]);

        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("a"), 99, Cancellation);

        Assert.Equal(3, reader.Length);
    }

    [Fact]
    public async Task ReadAsync_FileCutWhileOpen_ThrowsCorruptTable()
    {
        await PutAsync("a", new byte[100]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("a"), null, Cancellation);
        await using (FileStream file = new(directory.PathOf("a"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(10);

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(0, new byte[100], Cancellation));

        Assert.Equal("store.object_truncated", error.Code);
    }

    [Fact]
    public async Task ListAsync_LinkToFile_HasTheLengthOfTheFile()
    {
        await PutAsync("data/a", new byte[5]);
        Directory.CreateDirectory(directory.PathOf("table"));
        File.CreateSymbolicLink(directory.PathOf("table/link"), directory.PathOf("data/a"));

        StoredObject found = Assert.Single(await OpenStore().ListAsync(Root.Combine("table"), Cancellation).ToListAsync(Cancellation));

        Assert.Equal(5, found.Bytes);
        Assert.Equal(new byte[5], await OpenStore().ReadAllAsync(found.Location, found.Bytes, Cancellation));
    }

    [Fact]
    public async Task ListAsync_LinkToDirectoryAbove_Ends()
    {
        await PutAsync("t/d/a", [1]);
        Directory.CreateSymbolicLink(directory.PathOf("t/d/up"), directory.PathOf("t"));

        List<StoredObject> found = await OpenStore().ListAsync(Root.Combine("t"), Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["a"], found.Select(o => o.Location.Name));
    }

    [Fact]
    public async Task ListAsync_LinkToNothing_ThrowsObjectMissing()
    {
        File.CreateSymbolicLink(directory.PathOf("gone"), directory.PathOf("nowhere"));

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () =>
            await OpenStore().ListAsync(Root, Cancellation).ToListAsync(Cancellation));

        Assert.Equal("store.object_missing", error.Code);
    }

    [Fact]
    public Task ListAndOpen_Backslash_IsPartOfTheName() => AssertFoundAsync("back\\slash");

    protected override IObjectStore OpenStore() => new LocalObjectStore();

    protected override async Task PutAsync(string name, byte[] bytes)
    {
        string path = directory.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
    }
}
