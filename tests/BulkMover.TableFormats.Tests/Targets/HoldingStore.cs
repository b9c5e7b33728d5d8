using BulkMover.Core.Stores;
using BulkMover.Testing.Stores;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>A store whose writers hold bytes as long as they are there, as those of stores do that are sent parts.</summary>
/// <param name="objects">Where the objects are.</param>
/// <param name="writerBytes">Of each writer.</param>
internal sealed class HoldingStore(MemoryObjectStore objects, long writerBytes) : IWritableStore
{
    private long held;

    public long WriterBytes => writerBytes;

    /// <summary>Of all writers that are there.</summary>
    public long HeldBytes => Interlocked.Read(ref held);

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => objects.OpenAsync(location, knownBytes, cancellationToken);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => objects.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => objects.ListAsync(prefix, cancellationToken);

    public async ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref held, writerBytes);
        return new Writer(await objects.CreateAsync(location, knownBytes, cancellationToken), () => Interlocked.Add(ref held, -writerBytes));
    }

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => objects.PutAsync(location, bytes, cancellationToken);

    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => objects.TryPutNewAsync(location, bytes, cancellationToken);

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) => objects.TryCopyAsync(source, bytes, version, destination, cancellationToken);

    public Task DeleteAsync(Location location, CancellationToken cancellationToken) => objects.DeleteAsync(location, cancellationToken);

    private sealed class Writer(IObjectWriter writer, Action disposed) : IObjectWriter
    {
        public long Length => writer.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => writer.WriteAsync(bytes, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => writer.CompleteAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await writer.DisposeAsync();
            disposed();
        }
    }
}
