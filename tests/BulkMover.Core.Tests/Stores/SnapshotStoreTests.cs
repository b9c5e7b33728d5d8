using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.Core.Tests.Stores;

public sealed class SnapshotStoreTests
{
    private static readonly Location File = Location.OnDisk("/lake/orders/part-0.parquet");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_FileIsGone_NamesFileSnapshotCauseAndNextStep()
    {
        var files = new SnapshotStore(new MemoryObjectStore(), "delta", "/lake/orders", "17");

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(async () => await files.OpenAsync(File, 100, Token));

        AssertSaysAll(error);
    }

    /// <summary>A store that knows the length already asks for nothing when a file is opened.</summary>
    [Fact]
    public async Task Read_FileIsGoneSinceItWasOpened_SaysTheSame()
    {
        var files = new SnapshotStore(new LazyStore(), "delta", "/lake/orders", "17");
        await using IRangeReader reader = await files.OpenAsync(File, 100, Token);

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.ReadAsync(0, new byte[4], Token));

        AssertSaysAll(error);
    }

    private static void AssertSaysAll(CorruptTableException error)
    {
        Assert.Equal("delta.file_gone", error.Code);
        foreach (string word in (string[])[File.Path, "snapshot 17", "/lake/orders", "VACUUM", "expired", "--snapshot", "--restart"])
            Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    private sealed class LazyStore : IObjectStore, IRangeReader
    {
        public long Length => 100;

        public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => new(this);

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
            throw new CorruptTableException("store.object_missing", "There is no such object.");

        public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => new(false);

        public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredObject>();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
