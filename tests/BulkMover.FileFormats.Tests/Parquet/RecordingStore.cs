using System.Collections.Concurrent;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Remembers which ranges were read from the store below it.</summary>
internal sealed class RecordingStore(IObjectStore store) : IObjectStore
{
    public ConcurrentQueue<(long Offset, int Length)> Reads { get; } = new();

    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Reader(await store.OpenAsync(location, knownBytes, cancellationToken), Reads);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    private sealed class Reader(IRangeReader reader, ConcurrentQueue<(long, int)> reads) : IRangeReader
    {
        public long Length => reader.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            reads.Enqueue((offset, destination.Length));
            return reader.ReadAsync(offset, destination, cancellationToken);
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
