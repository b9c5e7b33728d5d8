using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.Testing.Stores;

/// <summary>A store in memory that is written to; a test may do something before an object is put, or make that fail.</summary>
public sealed class WritableMemoryStore(MemoryObjectStore objects) : IWritableStore
{
    public MemoryObjectStore Objects => objects;

    /// <summary>Called with the location before <see cref="TryPutNewAsync"/> looks whether there is an object.</summary>
    public Func<Location, Task> BeforePutNew { get; set; } = _ => Task.CompletedTask;

    /// <summary>Names of the objects whose writing fails.</summary>
    public Predicate<string> Fails { get; set; } = _ => false;

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => objects.OpenAsync(location, knownBytes, cancellationToken);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => objects.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => objects.ListAsync(prefix, cancellationToken);

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        Fails(location.Name) ? throw Failed(location) : objects.CreateAsync(location, knownBytes, cancellationToken);

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        Fails(location.Name) ? throw Failed(location) : objects.PutAsync(location, bytes, cancellationToken);

    public async Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await BeforePutNew(location);
        return Fails(location.Name) ? throw Failed(location) : await objects.TryPutNewAsync(location, bytes, cancellationToken);
    }

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task DeleteAsync(Location location, CancellationToken cancellationToken) => objects.DeleteAsync(location, cancellationToken);

    private static EnvironmentException Failed(Location location) => new("test.failed", $"'{location}' cannot be written.");
}
