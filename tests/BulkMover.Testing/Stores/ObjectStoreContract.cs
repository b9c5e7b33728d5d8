using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.Testing.Stores;

/// <summary>What every object store must do. A store's tests derive from it.</summary>
public abstract class ObjectStoreContract
{
    /// <summary>Where each test's objects lie.</summary>
    protected abstract Location Root { get; }

    /// <summary>As many as can be put in some seconds.</summary>
    protected virtual int ManyObjects => 10_000;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The order of a listing, where it is more than that of the names in each directory.</summary>
    protected virtual IComparer<string>? ListingOrder => null;

    protected abstract IObjectStore OpenStore();

    /// <summary>A store that is listed in pages of so many objects, where it is listed in pages.</summary>
    protected virtual IObjectStore OpenStore(int pageObjects) => OpenStore();

    /// <summary>Puts an object below <see cref="Root"/>; <paramref name="name"/> may have directories.</summary>
    protected abstract Task PutAsync(string name, byte[] bytes);

    [Fact]
    public async Task ReadAsync_WholeObject_GivesItsBytes()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 31))];
        await PutAsync("a.bin", bytes);

        Assert.Equal(bytes, await OpenStore().ReadAllAsync(Root.Combine("a.bin"), null, Cancellation));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(3, 4)]
    [InlineData(5, 5)]
    [InlineData(0, 10)]
    [InlineData(0, 0)]
    [InlineData(10, 0)]
    public async Task ReadAsync_Range_GivesExactlyIt(int offset, int length)
    {
        await PutAsync("ten", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("ten"), 10, Cancellation);
        byte[] read = new byte[length];

        await reader.ReadAsync(offset, read, Cancellation);

        Assert.Equal(10, reader.Length);
        Assert.Equal(Enumerable.Range(offset, length).Select(i => (byte)i), read);
    }

    /// <summary>Stores that learn a length by reading the first bytes read 256 KiB.</summary>
    [Theory]
    [InlineData(262_143)]
    [InlineData(262_144)]
    [InlineData(262_145)]
    [InlineData(700_000)]
    public async Task ReadAsync_LengthIsNotKnown_GivesTheBytesOfAnyRange(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
        await PutAsync("a.bin", bytes);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("a.bin"), null, Cancellation);

        Assert.Equal(length, reader.Length);
        foreach ((int from, int to) in ((int, int)[])[(0, length), (5, 10), (262_100, length), (length - 3, length), (length, length)])
        {
            byte[] read = new byte[to - from];
            await reader.ReadAsync(from, read, Cancellation);
            Assert.True(read.AsSpan().SequenceEqual(bytes.AsSpan(from..to)));
        }

        await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(length - 3, new byte[4], Cancellation));
    }

    [Fact]
    public async Task ReadAsync_ManyAtOnce_EachGetsItsOwnRange()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256 * 1024).Select(i => (byte)(i >> 10))];
        await PutAsync("big", bytes);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("big"), bytes.Length, Cancellation);

        byte[][] parts = await Task.WhenAll(Enumerable.Range(0, 256).Select(async i =>
        {
            byte[] part = new byte[1024];
            await reader.ReadAsync(i * 1024, part, Cancellation);
            return part;
        }));

        Assert.All(parts, (part, i) => Assert.All(part, value => Assert.Equal((byte)i, value)));
    }

    [Fact]
    public async Task ReadAsync_EmptyObject_HasLengthZero()
    {
        await PutAsync("empty", []);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("empty"), null, Cancellation);

        Assert.Equal(0, reader.Length);
        await reader.ReadAsync(0, Memory<byte>.Empty, Cancellation);
    }

    [Fact]
    public async Task ListAndOpen_EmptyObject_IsAnObject()
    {
        await PutAsync("d/empty", []);
        IObjectStore store = OpenStore();

        StoredObject found = Assert.Single(await store.ListAsync(Root, Cancellation).ToListAsync(Cancellation));

        Assert.Equal(("d/empty", 0L), (Relative(found.Location), found.Bytes));
        Assert.True(await store.ExistsAsync(found.Location, Cancellation));
        Assert.Empty(await store.ReadAllAsync(found.Location, found.Bytes, Cancellation));
        Assert.Empty(await store.ReadAllAsync(found.Location, null, Cancellation));
    }

    [Fact]
    public async Task ReadAsync_MemoryThatIsNoArray_IsFilled()
    {
        byte[] bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];
        await PutAsync("a.bin", bytes);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("a.bin"), null, Cancellation);
        using var memory = new NativeMemoryManager(200_000);

        await reader.ReadAsync(100_000, memory.Memory, Cancellation);

        Assert.True(bytes.AsSpan(100_000).SequenceEqual(memory.Memory.Span));
    }

    [Theory]
    [InlineData(8, 3)]
    [InlineData(11, 0)]
    [InlineData(-1, 1)]
    public async Task ReadAsync_BeyondTheEnd_ThrowsCorruptTable(int offset, int length)
    {
        await PutAsync("ten", new byte[10]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("ten"), null, Cancellation);

        await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(offset, new byte[length], Cancellation));
    }

    [Fact]
    public async Task OpenAsync_NoSuchObject_ThrowsObjectMissingWithItsName()
    {
        var error = await Assert.ThrowsAsync<CorruptTableException>(async () =>
            await OpenStore().ReadAllAsync(Root.Combine("not/there"), null, Cancellation));

        Assert.Equal("store.object_missing", error.Code);
        Assert.Contains("not/there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_SchemeOfAnotherStore_ThrowsInvalidInput() =>
        await Assert.ThrowsAsync<InvalidInputException>(async () =>
            await OpenStore().OpenAsync(new Location("no-such-store", "a/b"), null, Cancellation));

    [Fact]
    public async Task OpenAsync_Cancelled_ThrowsOperationCanceled()
    {
        await PutAsync("a", [1]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await OpenStore().OpenAsync(Root.Combine("a"), null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task ExistsAsync_ObjectDirectoryAndNothing_TrueOnlyForTheObject()
    {
        await PutAsync("d/a", [1]);
        IObjectStore store = OpenStore();

        Assert.True(await store.ExistsAsync(Root.Combine("d/a"), Cancellation));
        Assert.False(await store.ExistsAsync(Root.Combine("d"), Cancellation));
        Assert.False(await store.ExistsAsync(Root.Combine("d/b"), Cancellation));
    }

    [Fact]
    public async Task ListAsync_Tree_GivesAllObjectsInOrderWithTheirLengths()
    {
        await PutAsync("b/2", new byte[2]);
        await PutAsync("b/10/x", new byte[3]);
        await PutAsync("a", new byte[1]);
        await PutAsync("B", []);

        List<StoredObject> found = await OpenStore().ListAsync(Root, Cancellation).ToListAsync(Cancellation);

        Assert.Equal([("B", 0), ("a", 1), ("b/10/x", 3), ("b/2", 2)], found.Select(o => (Relative(o.Location), o.Bytes)));
    }

    [Fact]
    public async Task ListAsync_NameThatOnlyBeginsLikeThePrefix_IsNotBelowIt()
    {
        await PutAsync("t/a", [1]);
        await PutAsync("t2/a", [1]);

        List<StoredObject> found = await OpenStore().ListAsync(Root.Combine("t"), Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["t/a"], found.Select(o => Relative(o.Location)));
    }

    [Fact]
    public async Task ListAsync_NothingThere_ListsNothing() =>
        Assert.Empty(await OpenStore().ListAsync(Root.Combine("nothing"), Cancellation).ToListAsync(Cancellation));

    [Fact]
    public async Task ListAsync_AnObject_ListsItself()
    {
        await PutAsync("d/a", [1, 2]);

        StoredObject found = Assert.Single(await OpenStore().ListAsync(Root.Combine("d/a"), Cancellation).ToListAsync(Cancellation));

        Assert.Equal(("d/a", 2L), (Relative(found.Location), found.Bytes));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("  two  spaces  ")]
    [InlineData("percent%20sign")]
    [InlineData("100%")]
    [InlineData("%2F%2e%2E%")]
    [InlineData("year=2026/a=b==/+=+")]
    [InlineData("a..b/..c/d../...")]
    [InlineData("[a]{b}|c^d~e*f")]
    [InlineData("e\u0301 and \u00e9")]
    [InlineData("a+b=c&d,e;f")]
    [InlineData("day=2026-01-01/ü ñ 漢字 🚚")]
    [InlineData("line\nbreak")]
    [InlineData("quote'\"`")]
    [InlineData("#hash?query")]
    public Task ListAndOpen_OddName_FindTheSameObject(string name) => AssertFoundAsync(name);

    [Fact]
    public async Task ListAsync_ManyObjectsInADirectory_GivesAllInOrder()
    {
        const int Lanes = 20;
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            for (int i = lane; i < ManyObjects; i += Lanes)
                await PutAsync($"p{i:D5}", []);
        }));

        List<StoredObject> found = await OpenStore().ListAsync(Root, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, ManyObjects).Select(i => $"p{i:D5}"), found.Select(o => o.Location.Name));
    }

    /// <summary>Names that come before and behind a slash, in other orders by UTF-8 and by UTF-16; directories of few and of many objects, at several depths.</summary>
    [Fact]
    public async Task ListAsync_ManyDirectories_GivesEachObjectOnce()
    {
        string[] odd = ["a", "a!", "a-b", "a.b", "a0", "A", "é", "\uE000", "\uFFFD", "🚚", "_$folder$"];
        string[] names =
        [
            .. odd.SelectMany(one => odd.Select(other => $"{one}/{other}/x")),
            .. odd.Select(one => $"{one}.file"),
            .. Enumerable.Range(0, ManyObjects / 2).Select(i => $"p=1/q=2/r={i % 10}/{i:D5}"),
            .. Enumerable.Range(0, ManyObjects / 2).Select(i => $"s={i / 3:D5}/{i:D5}"),
        ];
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = Cancellation }, async (name, _) => await PutAsync(name, []));
        IObjectStore store = OpenStore(pageObjects: 100);

        List<string> found = await store.ListAsync(Root, Cancellation).Select(o => Relative(o.Location)).ToListAsync(Cancellation);

        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal(found, await store.ListAsync(Root, Cancellation).Select(o => Relative(o.Location)).ToListAsync(Cancellation));
        if (ListingOrder is { } order)
            Assert.Equal(names.Order(order), found);
    }

    /// <summary>The only object below the root is listed, found and read by a name.</summary>
    protected async Task AssertFoundAsync(string name)
    {
        await PutAsync(name, [7]);
        IObjectStore store = OpenStore();

        StoredObject found = Assert.Single(await store.ListAsync(Root, Cancellation).ToListAsync(Cancellation));

        Assert.Equal(name, Relative(found.Location));
        Assert.True(await store.ExistsAsync(found.Location, Cancellation));
        Assert.Equal(new byte[] { 7 }, await store.ReadAllAsync(found.Location, found.Bytes, Cancellation));
    }

    private string Relative(Location location)
    {
        Assert.True(location.IsUnder(Root));
        return location.Path[(Root.Path.Length + 1)..];
    }
}
