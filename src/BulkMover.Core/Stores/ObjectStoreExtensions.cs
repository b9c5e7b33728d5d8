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
}
