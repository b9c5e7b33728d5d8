using BulkMover.Core.Errors;

namespace BulkMover.Core.Stores;

public static class ObjectStoreExtensions
{
    /// <summary>What stores call a request that they do not know.</summary>
    private const string NotSupported = "store.not_supported";

    /// <summary>What stores call an object that is not there.</summary>
    internal const string Missing = "store.object_missing";

    /// <summary>Opens an object that may be missing: asking first whether it is there would be a request more.</summary>
    /// <returns>Null when there is no such object.</returns>
    public static async ValueTask<IRangeReader?> TryOpenAsync(this IObjectStore store, Location location, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenAsync(location, knownBytes: null, cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == Missing)
        {
            return null;
        }
    }

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

    /// <summary>
    /// Refuses a store where two who put the same new object both succeed: some that call themselves compatible ignore the condition. Nothing is
    /// left of an attempt that comes to its end.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="scratch">Where nothing is and nobody looks; whoever asks at the same time needs another one.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="EnvironmentException">Code <c>store.no_conditional_put</c>.</exception>
    public static async Task RefuseWithoutPutNewAsync(this IWritableStore store, Location scratch, CancellationToken cancellationToken)
    {
        bool isKept;
        BulkMoverException? refusal = null;
        try
        {
            isKept = await store.TryPutNewAsync(scratch, "first"u8.ToArray(), cancellationToken)
                && !await store.TryPutNewAsync(scratch, "second"u8.ToArray(), cancellationToken);
        }
        catch (EnvironmentException error) when (error.Code == NotSupported)
        {
            (isKept, refusal) = (false, error);
        }

        await store.DeleteAsync(scratch, cancellationToken);
        if (!isKept)
        {
            throw new EnvironmentException("store.no_conditional_put",
                $"The store of '{scratch}' does not put an object only if there is none, so two writers of a table could lose each other's changes. "
                + "Use a store that knows If-None-Match: *.", refusal);
        }
    }
}
