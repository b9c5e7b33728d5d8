using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.Testing.Stores;

/// <summary>A store in memory that is written to; a test may do something before an object is put, or make that fail.</summary>
public sealed class WritableMemoryStore(MemoryObjectStore objects) : IWritableStore
{
    private readonly Lock gate = new();

    public MemoryObjectStore Objects => objects;

    /// <summary>Called with the location before <see cref="TryPutNewAsync"/> looks whether there is an object.</summary>
    public Func<Location, Task> BeforePutNew { get; set; } = _ => Task.CompletedTask;

    /// <summary>Names of the objects whose writing fails.</summary>
    public Predicate<string> Fails { get; set; } = _ => false;

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => objects.OpenAsync(location, knownBytes, cancellationToken);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => objects.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => objects.ListAsync(prefix, cancellationToken);

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        Fails(location.Name) ? throw Failed(location) : new ValueTask<IObjectWriter>(new Writer(objects, location));

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Fails(location.Name))
            throw Failed(location);
        objects[location] = bytes.ToArray();
        return Task.CompletedTask;
    }

    public async Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await BeforePutNew(location);
        if (Fails(location.Name))
            throw Failed(location);
        lock (gate)
        {
            if (objects.Locations.Contains(location))
                return objects[location].AsSpan().SequenceEqual(bytes.Span);
            objects[location] = bytes.ToArray();
            return true;
        }
    }

    public Task<bool> TryCopyAsync(Location source, long bytes, Location destination, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task DeleteAsync(Location location, CancellationToken cancellationToken)
    {
        objects.Remove(location);
        return Task.CompletedTask;
    }

    private static EnvironmentException Failed(Location location) => new("test.failed", $"'{location}' cannot be written.");

    private sealed class Writer(MemoryObjectStore objects, Location location) : IObjectWriter
    {
        private readonly MemoryStream bytes = new();

        public long Length => bytes.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken) => bytes.WriteAsync(part, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken)
        {
            objects[location] = bytes.ToArray();
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => bytes.DisposeAsync();
    }
}
