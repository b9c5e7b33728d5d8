using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>A store at which a program dies: at one of the calls that change something, before or after it has its effect; nothing goes any more from then on.</summary>
/// <param name="store">Where the objects are.</param>
/// <param name="deadAt">Number of the call, from 0.</param>
/// <param name="hasEffect">The call has its effect, and only its answer is lost.</param>
internal sealed class FailingStore(IWritableStore store, int deadAt, bool hasEffect) : IWritableStore
{
    private int calls;

    public bool IsDead => Volatile.Read(ref calls) > deadAt;

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        return store.OpenAsync(location, knownBytes, cancellationToken);
    }

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        return store.ExistsAsync(location, cancellationToken);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        return store.ListAsync(prefix, cancellationToken);
    }

    public async ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        ThrowIfDead();
        return new Writer(this, await store.CreateAsync(location, knownBytes, cancellationToken));
    }

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        ChangeAsync(async () =>
        {
            await store.PutAsync(location, bytes, cancellationToken);
            return true;
        });

    public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        ChangeAsync(() => store.TryPutNewAsync(location, bytes, cancellationToken));

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) =>
        ChangeAsync(() => store.TryCopyAsync(source, bytes, version, destination, cancellationToken));

    public Task DeleteAsync(Location location, CancellationToken cancellationToken) =>
        ChangeAsync(async () =>
        {
            await store.DeleteAsync(location, cancellationToken);
            return true;
        });

    private async Task<T> ChangeAsync<T>(Func<Task<T>> change)
    {
        ThrowIfDead();
        bool dies = Interlocked.Increment(ref calls) > deadAt;
        if (dies && !hasEffect)
            throw Dead();
        T result = await change();
        return dies ? throw Dead() : result;
    }

    private void ThrowIfDead()
    {
        if (IsDead)
            throw Dead();
    }

    private static EnvironmentException Dead() => new("test.dead", "The program has died.");

    private sealed class Writer(FailingStore owner, IObjectWriter writer) : IObjectWriter
    {
        public long Length => writer.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            owner.ThrowIfDead();
            return writer.WriteAsync(bytes, cancellationToken);
        }

        public Task CompleteAsync(CancellationToken cancellationToken) => owner.ChangeAsync(async () =>
        {
            await writer.CompleteAsync(cancellationToken);
            return true;
        });

        public ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}
