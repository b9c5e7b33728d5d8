using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Local;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>Files on disk whose listings wait while they are held.</summary>
internal sealed class SlowListings : IObjectStore
{
    private readonly LocalObjectStore files = new();
    private TaskCompletionSource held = new();

    public SlowListings() => held.SetResult();

    public void Hold() => held = new TaskCompletionSource();

    public void Release() => held.SetResult();

    public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => files.OpenAsync(location, knownBytes, cancellationToken);

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => files.ExistsAsync(location, cancellationToken);

    public async IAsyncEnumerable<StoredObject> ListAsync(Location prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await held.Task.WaitAsync(cancellationToken);
        await foreach (StoredObject found in files.ListAsync(prefix, cancellationToken))
            yield return found;
    }
}
