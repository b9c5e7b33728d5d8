using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Testing.Stores;

/// <summary>What stores promise beside that are written over a network.</summary>
public abstract class RemoteWritingContract : WritableStoreContract
{
    /// <summary>Where no bucket or container is.</summary>
    protected abstract Location InNoContainer { get; }

    /// <summary>The code of the error for that.</summary>
    protected abstract string ContainerMissing { get; }

    protected abstract Uri Server { get; }

    protected abstract IWritableStore OpenStore(Uri endpoint);

    protected sealed override IWritableStore OpenStore() => OpenStore(Server);

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.AmidRequest)]
    [InlineData(Cut.BeforeAnswer)]
    [InlineData(Cut.AmidAnswer)]
    [InlineData(Cut.AnswerShort)]
    [InlineData(Cut.Refusal)]
    public async Task Write_ConnectionIsCut_IsWrittenOnceAndWhole(Cut cut)
    {
        byte[] bytes = Bytes(10 * PartBytes);
        // The first opens an upload in parts where there is such a thing; the answer that is lost then leaves one nobody knows.
        await using CuttingProxy proxy = new(Server, request => request is 3 or 6 or 9, cut);
        IWritableStore store = OpenStore(proxy.Start());

        await WriteAsync(store, "big", bytes, null);
        await store.PutAsync(At("small"), new byte[] { 1 }, Cancellation);

        Assert.True((await OpenStore().ReadAllAsync(At("big"), null, Cancellation)).AsSpan().SequenceEqual(bytes));
        Assert.Equal([("big", (long)bytes.Length), ("small", 1L)], await ListAsync(OpenStore()));
        Assert.Equal(3, proxy.Cuts);
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    /// <summary>Each request in its turn is done, and nobody hears of it: also the one that makes parts an object.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Write_AnswerIsLost_IsWrittenOnceAndWhole(int lost)
    {
        byte[] bytes = Bytes(3 * PartBytes);
        await using CuttingProxy proxy = new(Server, request => request == lost, Cut.BeforeAnswer);

        await WriteAsync(OpenStore(proxy.Start()), "a", bytes, null);

        Assert.True((await OpenStore().ReadAllAsync(At("a"), null, Cancellation)).AsSpan().SequenceEqual(bytes));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task Write_ConnectionIsCutEveryTime_IsATransientErrorAndLeavesNothing()
    {
        await using CuttingProxy proxy = new(Server, request => request > 2, Cut.AmidRequest);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => WriteAsync(OpenStore(proxy.Start()), "a", Bytes(10 * PartBytes), null));

        Assert.True(error.IsTransient);
        Assert.Empty(await ListAsync(OpenStore()));
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.BeforeAnswer)]
    [InlineData(Cut.AmidAnswer)]
    [InlineData(Cut.Refusal)]
    public async Task PutNew_AnswerIsLost_IsOursWhenItIs(Cut cut)
    {
        await using CuttingProxy proxy = new(Server, request => request == 1, cut);
        Assert.True(await OpenStore(proxy.Start()).TryPutNewAsync(At("a"), new byte[] { 1 }, Cancellation));

        await using CuttingProxy another = new(Server, request => request == 1, cut);
        Assert.False(await OpenStore(another.Start()).TryPutNewAsync(At("a"), new byte[] { 2 }, Cancellation));

        Assert.Equal([1], await OpenStore().ReadAllAsync(At("a"), null, Cancellation));
    }

    [Fact]
    public async Task PutNew_EveryAnswerIsLost_TheObjectSaysWhoseItIs()
    {
        // Four times is it put; what comes then only looks.
        await using CuttingProxy proxy = new(Server, request => request <= 4, Cut.BeforeAnswer);

        Assert.True(await OpenStore(proxy.Start()).TryPutNewAsync(At("a"), new byte[] { 1 }, Cancellation));
    }

    [Fact]
    public async Task Copy_SourceIsAnotherVersionThanWasRead_IsAnError()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[] { 1 }, Cancellation);
        await using IRangeReader reader = await store.OpenAsync(At("a"), 1, Cancellation);
        await reader.ReadAsync(0, new byte[1], Cancellation);

        Assert.True(await store.TryCopyAsync(At("a"), 1, reader.Version, At("b"), Cancellation));
        await store.PutAsync(At("a"), new byte[] { 2 }, Cancellation);
        var error = await Assert.ThrowsAsync<EnvironmentException>(() => store.TryCopyAsync(At("a"), 1, reader.Version, At("c"), Cancellation));

        Assert.Equal(("store.object_changed", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task Write_NoSuchContainer_SaysSo()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[1], Cancellation);

        InvalidInputException[] errors =
        [
            await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(InNoContainer, new byte[1], Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.TryPutNewAsync(InNoContainer, new byte[1], Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.TryCopyAsync(At("a"), 1, version: null, InNoContainer, Cancellation)),
            await Assert.ThrowsAsync<InvalidInputException>(() => store.DeleteAsync(InNoContainer, Cancellation)),
        ];

        Assert.All(errors, error => Assert.Equal(ContainerMissing, error.Code));
    }
}
