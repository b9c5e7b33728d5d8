using BulkMover.Core.Errors;

namespace BulkMover.Core.Stores;

public static class ObjectStoreExtensions
{
    /// <summary>Reads a whole small object: metadata, manifests, log entries.</summary>
    /// <exception cref="CorruptTableException">It is missing, or larger than one array can hold.</exception>
    public static async ValueTask<byte[]> ReadAllAsync(
        this IObjectStore store, Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(location, knownBytes, cancellationToken);
        if (reader.Length > Array.MaxLength)
        {
            throw new CorruptTableException("store.object_too_large",
                $"'{location}' has {reader.Length:N0} bytes; a metadata file of that size cannot be right. Check what wrote it.");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)reader.Length);
        await reader.ReadAsync(0, bytes, cancellationToken);
        return bytes;
    }

    /// <summary>Gives an object another name.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="from">Its name.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="to">The other one; an object there is replaced.</param>
    /// <param name="cancellationToken">Stops before it is removed from the old place.</param>
    public static async Task MoveAsync(this IWritableStore store, Location from, long bytes, Location to, CancellationToken cancellationToken)
    {
        if (!await store.TryCopyAsync(from, bytes, to, cancellationToken))
            throw new InvalidOperationException($"'{from}' and '{to}' are of one store, which cannot copy between them.");
        await store.DeleteAsync(from, cancellationToken);
    }

    /// <summary>Refuses a store in which two could commit at the same time: only one of them may be able to write what is not there yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scratch">Where nothing is; nothing is there afterwards.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="EnvironmentException">Code <c>store.no_conditional_put</c>.</exception>
    public static async Task RefuseWithoutPutNewAsync(this IWritableStore store, Location scratch, CancellationToken cancellationToken)
    {
        bool isKept = await store.TryPutNewAsync(scratch, "first"u8.ToArray(), cancellationToken)
            && !await store.TryPutNewAsync(scratch, "second"u8.ToArray(), cancellationToken);
        await store.DeleteAsync(scratch, cancellationToken);
        if (!isKept)
        {
            throw new EnvironmentException("store.no_conditional_put",
                $"The store of '{scratch.Parent}' overwrites an object although it was asked not to (If-None-Match), so two copies could undo each other's commits. Use a store or a version of it that can.");
        }
    }
}
