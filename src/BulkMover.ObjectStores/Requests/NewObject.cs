using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>How a store's conditional put becomes the answer to whose the object is.</summary>
internal static class NewObject
{
    /// <summary>Each is an object that was there when it was to be put, and gone when it was looked at.</summary>
    private const int Attempts = 5;

    /// <summary>Puts an object unless there is one; that one is ours if it has our bytes, as after an answer that was lost.</summary>
    /// <param name="store">Reads it.</param>
    /// <param name="location">The object.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="tryPut">False when there is one.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public static async Task<bool> TryPutAsync(
        IObjectStore store, Location location, ReadOnlyMemory<byte> bytes, Func<Task<bool>> tryPut, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                if (await tryPut())
                    return true;
                if (await IsThereAsync(store, location, bytes, cancellationToken) is { } isOurs)
                    return isOurs;
            }
            catch (EnvironmentException error) when (error.IsTransient && !cancellationToken.IsCancellationRequested)
            {
                // Perhaps it came in and only the answers did not.
                if (await IsThereAsync(store, location, bytes, cancellationToken) is { } isOurs)
                    return isOurs;
                throw;
            }
        }

        throw StoreErrors.Changed(location);
    }

    /// <summary>Whether an object has these bytes; null when it is missing.</summary>
    private static async Task<bool?> IsThereAsync(IObjectStore store, Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await using IRangeReader reader = await store.OpenAsync(location, null, cancellationToken);
            if (reader.Length != bytes.Length)
                return false;
            byte[] there = new byte[bytes.Length];
            await reader.ReadAsync(0, there, cancellationToken);
            return bytes.Span.SequenceEqual(there);
        }
        catch (CorruptTableException error) when (error.Code == StoreErrors.Missing)
        {
            return null;
        }
    }
}
