namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>A value that is good for a while. Whoever finds it no longer good waits for the same replacement. Safe for concurrent use.</summary>
/// <param name="first">The value to begin with.</param>
/// <param name="load">Brings the next one.</param>
internal sealed class Renewable<T>(T first, Func<CancellationToken, Task<T>> load)
    where T : class
{
    private readonly Lock gate = new();
    private T value = first;
    private Task<T>? loading;

    public T Value
    {
        get => Volatile.Read(ref value);
        set => Volatile.Write(ref this.value, value);
    }

    /// <summary>The value that comes after <paramref name="old"/>, which may be there already.</summary>
    public Task<T> ReplaceAsync(T old, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!ReferenceEquals(value, old))
                return Task.FromResult(value);
            loading ??= LoadAsync();
            return loading.WaitAsync(cancellationToken);
        }
    }

    private async Task<T> LoadAsync()
    {
        // Off the lock; and one caller that is cancelled does not fail the others.
        await Task.Yield();
        try
        {
            T fresh = await load(CancellationToken.None);
            Value = fresh;
            return fresh;
        }
        finally
        {
            lock (gate)
                loading = null;
        }
    }
}
