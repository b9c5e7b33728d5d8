using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using Xunit;

namespace BulkMover.Testing.Stores;

/// <summary>What stores promise beside that which take a known length at its word, to save a request.</summary>
public abstract class RemoteStoreContract : ObjectStoreContract
{
    [Fact]
    public async Task ReadAsync_LengthInMetadataIsWrong_ThrowsCorruptTable()
    {
        await PutAsync("ten", new byte[10]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("ten"), 9, Cancellation);

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(0, new byte[9], Cancellation));

        Assert.Equal("store.length_wrong", error.Code);
    }

    [Fact]
    public async Task ReadAsync_KnownLengthOfWhatIsGone_ThrowsObjectMissing()
    {
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("gone"), 9, Cancellation);

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(0, new byte[9], Cancellation));

        Assert.Equal("store.object_missing", error.Code);
    }
}
