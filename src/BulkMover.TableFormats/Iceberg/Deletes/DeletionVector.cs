using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.DeletionVectors;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Reads deletion vectors from Puffin files (Iceberg spec, "Deletion Vectors").</summary>
internal static class DeletionVector
{
    /// <exception cref="CorruptTableException">The file is missing, or the bytes are no deletion vector of that many rows.</exception>
    public static Task<PositionSet> ReadAsync(IObjectStore store, Location location, DeleteFile vector, CancellationToken cancellationToken) =>
        new DeletionVectorReader("manifest", vector.Rows, (why, error) => new CorruptTableException("iceberg.deletes_invalid",
                $"The deletion vector at {vector.ContentOffset} in '{location}' is broken: {why}. Choose an older snapshot, or restore the file.", error))
            .ReadAsync(store, location, vector.Bytes, vector.ContentOffset, vector.ContentBytes - DeletionVectorReader.FrameBytes, cancellationToken);
}
