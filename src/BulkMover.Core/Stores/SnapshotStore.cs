using BulkMover.Core.Errors;

namespace BulkMover.Core.Stores;

/// <summary>
/// The files of one pinned snapshot, whose table may move on while it is read: one that is missing was there when the snapshot was written,
/// and the error says what probably became of it and how to go on.
/// </summary>
/// <param name="store">Where they lie.</param>
/// <param name="format">The table's, for the code of the error: <c>delta.file_gone</c>.</param>
/// <param name="table">The table, for messages.</param>
/// <param name="snapshot">The snapshot's id.</param>
public sealed class SnapshotStore(IObjectStore store, string format, string table, string snapshot) : IObjectStore
{
    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        try
        {
            return new Reader(this, location, await store.OpenAsync(location, knownBytes, cancellationToken));
        }
        catch (CorruptTableException error) when (error.Code == ObjectStoreExtensions.Missing)
        {
            throw Gone(location, error);
        }
    }

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    private CorruptTableException Gone(Location location, CorruptTableException error) => new($"{format}.file_gone",
        $"'{location}' is gone, and snapshot {snapshot} of '{table}' needs it. Probably the table has moved on and its upkeep has deleted what only older snapshots " +
        "have (Delta: VACUUM or the log's clean-up; Iceberg: expired snapshots). Take the newest snapshot, with --snapshot latest where a copy has begun: it keeps what has " +
        "arrived if it can, and --restart never does. If the table itself was moved, move this file too.", error);

    /// <summary>Where the length is known, a store may find out only when it is asked for bytes.</summary>
    private sealed class Reader(SnapshotStore files, Location location, IRangeReader reader) : IRangeReader
    {
        public long Length => reader.Length;

        public string? Version => reader.Version;

        public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            try
            {
                await reader.ReadAsync(offset, destination, cancellationToken);
            }
            catch (CorruptTableException error) when (error.Code == ObjectStoreExtensions.Missing)
            {
                throw files.Gone(location, error);
            }
        }

        public ValueTask DisposeAsync() => reader.DisposeAsync();
    }
}
