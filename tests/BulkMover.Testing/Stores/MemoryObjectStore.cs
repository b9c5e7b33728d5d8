using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.Testing.Stores;

/// <summary>Objects in memory, of any scheme; counts what is asked of it.</summary>
public sealed class MemoryObjectStore : IWritableStore
{
    private readonly ConcurrentDictionary<Location, byte[]> objects = new();
    private int existsCalls;

    /// <summary>Objects by location; setting one makes or replaces it.</summary>
    public byte[] this[Location location]
    {
        get => objects[location];
        set => objects[location] = value;
    }

    /// <summary>Every location that was opened, in the order in which that happened.</summary>
    public ConcurrentQueue<Location> Opened { get; } = [];

    public int ExistsCalls => existsCalls;

    public IEnumerable<Location> Locations => objects.Keys;

    public void Remove(Location location) => objects.TryRemove(location, out _);

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        Opened.Enqueue(location);
        return objects.TryGetValue(location, out byte[]? bytes)
            ? new ValueTask<IRangeReader>(new Reader(bytes))
            : throw new CorruptTableException("store.object_missing", $"There is no object '{location}'.");
    }

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref existsCalls);
        return new ValueTask<bool>(objects.ContainsKey(location));
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach ((Location location, byte[] bytes) in objects.Where(item => item.Key.IsUnder(prefix)).OrderBy(item => item.Key.Path, StringComparer.Ordinal))
            yield return new StoredObject(location, bytes.Length);
    }

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        new(new Writer(bytes => objects[location] = bytes));

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        objects[location] = bytes.ToArray();
        return Task.CompletedTask;
    }

    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        Task.FromResult(objects.GetOrAdd(location, _ => bytes.ToArray()).AsSpan().SequenceEqual(bytes.Span));

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken)
    {
        if (!objects.TryGetValue(source, out byte[]? there))
            throw new CorruptTableException("store.object_missing", $"There is no object '{source}'.");
        if (there.Length != bytes)
            throw new CorruptTableException("store.length_wrong", $"'{source}' has {there.Length:N0} bytes, not {bytes:N0}.");
        objects[destination] = there;
        return Task.FromResult(true);
    }

    public Task DeleteAsync(Location location, CancellationToken cancellationToken)
    {
        Remove(location);
        return Task.CompletedTask;
    }

    private sealed class Writer(Action<byte[]> complete) : IObjectWriter
    {
        private readonly MemoryStream written = new();

        public long Length => written.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => written.WriteAsync(bytes, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken)
        {
            complete(written.ToArray());
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => written.DisposeAsync();
    }

    private sealed class Reader(byte[] bytes) : IRangeReader
    {
        public long Length => bytes.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            bytes.AsMemory((int)offset, destination.Length).CopyTo(destination);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
