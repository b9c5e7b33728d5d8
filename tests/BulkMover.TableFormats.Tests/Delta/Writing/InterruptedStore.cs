using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>A store in which something happens at the very moment of a commit.</summary>
internal sealed class InterruptedStore(IWritableStore store) : IWritableStore
{
    /// <summary>Runs once, right before the next log entry is put.</summary>
    public Func<Task>? BeforeCommit { get; set; }

    /// <summary>Runs once, right after the next log entry was put.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>Objects of such names cannot be written.</summary>
    public string? Refused { get; set; }

    public async Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isCommit = location.Path.Contains("_delta_log", StringComparison.Ordinal);
        if (isCommit && BeforeCommit is { } before)
        {
            BeforeCommit = null;
            await before();
        }

        bool isPut = await store.TryPutNewAsync(location, bytes, cancellationToken);
        if (isCommit && AfterCommit is { } after)
        {
            AfterCommit = null;
            after();
        }

        return isPut;
    }

    public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) =>
        Refused is not null && location.Name.EndsWith(Refused, StringComparison.Ordinal)
            ? throw new EnvironmentException("store.disk_full", "The disk is full.")
            : store.CreateAsync(location, knownBytes, cancellationToken);

    public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => store.PutAsync(location, bytes, cancellationToken);

    public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) =>
        store.TryCopyAsync(source, bytes, version, destination, cancellationToken);

    public Task DeleteAsync(Location location, CancellationToken cancellationToken) => store.DeleteAsync(location, cancellationToken);

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => store.OpenAsync(location, knownBytes, cancellationToken);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);
}
