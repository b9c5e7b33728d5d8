using BulkMover.Core.Stores;

namespace BulkMover.Throughput.Pruned;

/// <summary>Another store, and what was read of it.</summary>
internal sealed class CountingStore(IObjectStore store) : IObjectStore
{
    private long bytes;
    private long requests;

    public long Bytes => bytes;

    public long Requests => requests;

    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Reader(await store.OpenAsync(location, knownBytes, cancellationToken), this);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    private sealed class Reader(IRangeReader reader, CountingStore counts) : IRangeReader
    {
        public long Length => reader.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref counts.bytes, destination.Length);
            Interlocked.Increment(ref counts.requests);
            return reader.ReadAsync(offset, destination, cancellationToken);
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
