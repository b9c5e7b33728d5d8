using System.Collections.Concurrent;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Remembers which ranges were read from the store below it.</summary>
internal sealed class RecordingStore(IObjectStore store) : IObjectStore
{
    public ConcurrentQueue<(long Offset, int Length)> Reads { get; } = new();

    /// <summary>Of what is read; null as of a store that tells versions not apart.</summary>
    public string? Version { get; set; }

    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Reader(await store.OpenAsync(location, knownBytes, cancellationToken), this);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    private sealed class Reader(IRangeReader reader, RecordingStore owner) : IRangeReader
    {
        public long Length => reader.Length;

        public string? Version { get; private set; }

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            owner.Reads.Enqueue((offset, destination.Length));
            Version = owner.Version;
            return reader.ReadAsync(offset, destination, cancellationToken);
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
