namespace BulkMover.Core.Tables;

/// <summary>A table at rest: its snapshots, none of them chosen yet.</summary>
public interface ITable
{
    /// <summary><c>iceberg</c>, <c>delta</c> or <c>parquet</c>; also the first part of the format's error codes.</summary>
    string Format { get; }

    /// <summary>The snapshots that the metadata still lists, oldest first; empty for formats without any.</summary>
    IAsyncEnumerable<SnapshotSummary> SnapshotsAsync(CancellationToken cancellationToken);

    /// <summary>Opens the selected snapshot, or the latest when <paramref name="selector"/> is null.</summary>
    /// <exception cref="Errors.InvalidInputException">There is no such snapshot; the message lists some that exist.</exception>
    /// <exception cref="Errors.CorruptTableException">The metadata is broken or incomplete.</exception>
    Task<ITableSnapshot> OpenSnapshotAsync(SnapshotSelector? selector, CancellationToken cancellationToken);
}
