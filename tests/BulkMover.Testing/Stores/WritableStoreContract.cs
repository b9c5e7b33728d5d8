using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.Testing.Stores;

/// <summary>What every store that is written to must do. A store's tests derive from it.</summary>
public abstract class WritableStoreContract
{
    /// <summary>Where each test's objects lie; nothing is there before.</summary>
    protected abstract Location Root { get; }

    /// <summary>How large a part is of an object that is sent in parts.</summary>
    protected static int PartBytes => 64 * 1024;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sends parts of <see cref="PartBytes"/>, and copies more than that in parts of that length where what the tests run against can.</summary>
    protected abstract IWritableStore OpenStore();

    /// <summary>How many objects are begun, and neither complete nor gone.</summary>
    protected abstract Task<int> CountUnfinishedAsync();

    [Fact]
    public async Task Put_ThenAgain_ReplacesTheObject()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("d/a"), Bytes(1000), Cancellation);
        await store.PutAsync(At("d/a"), new byte[] { 1, 2, 3 }, Cancellation);

        Assert.Equal([1, 2, 3], await store.ReadAllAsync(At("d/a"), null, Cancellation));
        Assert.Equal([("d/a", 3L)], await ListAsync(store));
    }

    [Fact]
    public async Task Put_NothingAtAll_IsAnEmptyObject()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("empty"), ReadOnlyMemory<byte>.Empty, Cancellation);

        Assert.Equal([("empty", 0L)], await ListAsync(store));
        Assert.Empty(await store.ReadAllAsync(At("empty"), null, Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024 - 1)]
    [InlineData(64 * 1024)]
    [InlineData(64 * 1024 + 1)]
    [InlineData(3 * 64 * 1024)]
    [InlineData(25 * 64 * 1024 + 7)]
    public async Task Create_AnyLengthInUnevenPieces_GivesTheSameBytes(int length)
    {
        IWritableStore store = OpenStore();
        byte[] bytes = Bytes(length);

        await WriteAsync(store, "a", bytes, knownBytes: null);
        await WriteAsync(store, "known", bytes, length);
        // Metadata may be wrong.
        await WriteAsync(store, "longer", bytes, length / 2);

        Assert.All(await ListAsync(store), found => Assert.Equal(length, found.Bytes));
        foreach (string name in (string[])["a", "known", "longer"])
            Assert.True((await store.ReadAllAsync(At(name), null, Cancellation)).AsSpan().SequenceEqual(bytes));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task Create_NotYetComplete_LeavesTheOldObjectToReaders()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[] { 1 }, Cancellation);
        await using IObjectWriter writer = await store.CreateAsync(At("a"), null, Cancellation);
        await using IObjectWriter another = await store.CreateAsync(At("b"), null, Cancellation);
        await writer.WriteAsync(Bytes(5 * PartBytes), Cancellation);
        await another.WriteAsync(Bytes(5 * PartBytes), Cancellation);

        Assert.Equal([1], await store.ReadAllAsync(At("a"), null, Cancellation));
        Assert.False(await store.ExistsAsync(At("b"), Cancellation));

        await writer.CompleteAsync(Cancellation);

        Assert.Equal(5 * PartBytes, (await store.ReadAllAsync(At("a"), null, Cancellation)).Length);
    }

    [Fact]
    public async Task Create_CallersMemoryIsUsedAgain_KeepsTheBytesAsTheyWere()
    {
        IWritableStore store = OpenStore();
        byte[] piece = new byte[PartBytes];
        await using (IObjectWriter writer = await store.CreateAsync(At("a"), null, Cancellation))
        {
            for (byte i = 0; i < 20; i++)
            {
                Array.Fill(piece, i);
                await writer.WriteAsync(piece, Cancellation);
            }

            await writer.CompleteAsync(Cancellation);
            Assert.Equal(20L * PartBytes, writer.Length);
        }

        byte[] read = await store.ReadAllAsync(At("a"), null, Cancellation);
        Assert.All(Enumerable.Range(0, 20), i => Assert.All(read[(i * PartBytes)..((i + 1) * PartBytes)], value => Assert.Equal((byte)i, value)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(5 * 64 * 1024)]
    public async Task Create_DisposedBeforeItIsComplete_LeavesNothing(int length)
    {
        IWritableStore store = OpenStore();
        await using (IObjectWriter writer = await store.CreateAsync(At("d/a"), null, Cancellation))
            await writer.WriteAsync(Bytes(length), Cancellation);

        Assert.Empty(await ListAsync(store));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task Create_CancelledWithPartsOnTheirWay_LeavesNothing()
    {
        IWritableStore store = OpenStore();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using (IObjectWriter writer = await store.CreateAsync(At("d/a"), null, stop.Token))
        {
            await writer.WriteAsync(Bytes(10 * PartBytes), stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.CompleteAsync(stop.Token));
        }

        Assert.Empty(await ListAsync(store));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task PutNew_NothingThere_IsOurs()
    {
        IWritableStore store = OpenStore();

        Assert.True(await store.TryPutNewAsync(At("log/1.json"), new byte[] { 1, 2 }, Cancellation));

        Assert.Equal([("log/1.json", 2L)], await ListAsync(store));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 }, true)]
    [InlineData(new byte[] { 1, 3 }, false)]
    [InlineData(new byte[] { 1 }, false)]
    [InlineData(new byte[0], false)]
    public async Task PutNew_OneIsThere_IsOursIfItHasTheSameBytes(byte[] bytes, bool isOurs)
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[] { 1, 2 }, Cancellation);

        Assert.Equal(isOurs, await store.TryPutNewAsync(At("a"), bytes, Cancellation));

        Assert.Equal([1, 2], await store.ReadAllAsync(At("a"), null, Cancellation));
    }

    [Fact]
    public async Task PutNew_ManyAtTheSameTime_OneHasItEachTime()
    {
        const int Writers = 16;
        IWritableStore store = OpenStore();
        for (int round = 0; round < 10; round++)
        {
            Location location = At($"log/{round}");
            using var start = new Barrier(Writers);

            bool[] won = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait(Cancellation);
                return store.TryPutNewAsync(location, new[] { (byte)i }, Cancellation);
            }, Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

            Assert.Single(won, one => one);
            Assert.Equal([(byte)Array.IndexOf(won, true)], await store.ReadAllAsync(location, null, Cancellation));
        }
    }

    [Fact]
    public async Task RefuseWithoutPutNew_StoreThatKeepsItsWord_LeavesNothing()
    {
        IWritableStore store = OpenStore();

        await store.RefuseWithoutPutNewAsync(At("log/probe"), Cancellation);

        Assert.Empty(await ListAsync(store));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(64 * 1024)]
    [InlineData(5 * 64 * 1024 + 7)]
    public async Task Copy_AnyLength_GivesTheSameBytesAndReplaces(int length)
    {
        IWritableStore store = OpenStore();
        byte[] bytes = Bytes(length);
        await WriteAsync(store, "from/a", bytes, length);
        await store.PutAsync(At("to/a"), new byte[] { 1 }, Cancellation);

        Assert.True(await store.TryCopyAsync(At("from/a"), length, version: null, At("to/a"), Cancellation));

        Assert.True((await store.ReadAllAsync(At("to/a"), null, Cancellation)).AsSpan().SequenceEqual(bytes));
        Assert.Equal(["from/a", "to/a"], (await ListAsync(store)).Select(o => o.Name));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task Copy_SourceIsMissing_ThrowsObjectMissing()
    {
        IWritableStore store = OpenStore();

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => store.TryCopyAsync(At("gone"), 3, version: null, At("to"), Cancellation));

        Assert.Equal("store.object_missing", error.Code);
        Assert.Contains("gone", error.Message, StringComparison.Ordinal);
        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task Copy_SourceHasAnotherLength_ThrowsCorruptTable()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[4], Cancellation);

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => store.TryCopyAsync(At("a"), 3, version: null, At("to"), Cancellation));

        Assert.Equal("store.length_wrong", error.Code);
        Assert.Equal(["a"], (await ListAsync(store)).Select(o => o.Name));
    }

    [Fact]
    public async Task Copy_FromAnotherKindOfStore_SaysThatItCannot() =>
        Assert.False(await OpenStore().TryCopyAsync(new Location("no-such-store", "a/b"), 3, version: null, At("to"), Cancellation));

    [Fact]
    public async Task Delete_OnceAndAgain_IsGone()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("d/a"), new byte[4], Cancellation);
        await store.PutAsync(At("d/b"), new byte[4], Cancellation);

        await store.DeleteAsync(At("d/a"), Cancellation);
        await store.DeleteAsync(At("d/a"), Cancellation);
        await store.DeleteAsync(At("no/such/directory"), Cancellation);

        Assert.Equal(["d/b"], (await ListAsync(store)).Select(o => o.Name));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("percent%20sign")]
    [InlineData("%2F%2e%2E%")]
    [InlineData("year=2026/a=b==/+=+")]
    [InlineData("a..b/..c/d../...")]
    [InlineData("[a]{b}|c^d~e*f")]
    [InlineData("a+b=c&d,e;f")]
    [InlineData("day=2026-01-01/ü ñ 漢字 🚚")]
    [InlineData("quote'\"`")]
    [InlineData("#hash?query")]
    public async Task WriteCopyAndDelete_OddName_AreOfThatObject(string name)
    {
        IWritableStore store = OpenStore();
        await WriteAsync(store, name, Bytes(3 * PartBytes), null);
        await store.PutAsync(At($"small/{name}"), new byte[1], Cancellation);
        Assert.True(await store.TryCopyAsync(At($"small/{name}"), 1, version: null, At($"copy/{name}"), Cancellation));
        Assert.True(await store.TryPutNewAsync(At($"new/{name}"), new byte[] { 1 }, Cancellation));

        string[] names = [name, $"copy/{name}", $"new/{name}", $"small/{name}"];
        Assert.Equal(names.Order(StringComparer.Ordinal), (await ListAsync(store)).Select(o => o.Name).Order(StringComparer.Ordinal));

        foreach (string written in names)
            await store.DeleteAsync(At(written), Cancellation);
        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task Write_SchemeOfAnotherStore_ThrowsInvalidInput()
    {
        (IWritableStore store, var elsewhere) = (OpenStore(), new Location("no-such-store", "a/b"));
        await store.PutAsync(At("a"), new byte[1], Cancellation);

        await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(elsewhere, new byte[1], Cancellation));
        await Assert.ThrowsAsync<InvalidInputException>(() => store.TryPutNewAsync(elsewhere, new byte[1], Cancellation));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await store.CreateAsync(elsewhere, null, Cancellation));
        await Assert.ThrowsAsync<InvalidInputException>(() => store.TryCopyAsync(At("a"), 1, version: null, elsewhere, Cancellation));
        await Assert.ThrowsAsync<InvalidInputException>(() => store.DeleteAsync(elsewhere, Cancellation));
    }

    protected Location At(string name) => Root.Combine(name);

    protected static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes in pieces that fit no part.</summary>
    protected async Task WriteAsync(IWritableStore store, string name, ReadOnlyMemory<byte> bytes, long? knownBytes)
    {
        const int PieceBytes = 40_009;
        await using IObjectWriter writer = await store.CreateAsync(At(name), knownBytes, Cancellation);
        for (int at = 0; at < bytes.Length; at += PieceBytes)
            await writer.WriteAsync(bytes.Slice(at, Math.Min(PieceBytes, bytes.Length - at)), Cancellation);
        await writer.CompleteAsync(Cancellation);
        Assert.Equal(bytes.Length, writer.Length);
    }

    protected async Task<List<(string Name, long Bytes)>> ListAsync(IObjectStore store) =>
        [.. (await store.ListAsync(Root, Cancellation).ToListAsync(Cancellation)).Select(o => (o.Location.Path[(Root.Path.Length + 1)..], o.Bytes))];
}
