using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>Files on disk that have versions, as objects in a store have; counts the listings.</summary>
internal sealed class VersionedFiles : IObjectStore
{
    private readonly LocalObjectStore files = new();

    public int Listings { get; private set; }

    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new Reader(await files.OpenAsync(location, knownBytes, cancellationToken));

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => files.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken)
    {
        Listings++;
        return files.ListAsync(prefix, cancellationToken);
    }

    private sealed class Reader(IRangeReader reader) : IRangeReader
    {
        public long Length => reader.Length;

        public string? Version => "1";

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => reader.ReadAsync(offset, destination, cancellationToken);

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
