using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.DataFiles;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Reads equality delete files (Iceberg spec, "Equality Delete Files"): their delete columns, found by field id.</summary>
internal static class EqualityDeletes
{
    /// <exception cref="CorruptTableException">A file is missing or broken, or lacks a delete column.</exception>
    public static async Task<KeyTable> ReadAsync(
        IObjectStore store, EqualityGroup group, IReadOnlyList<Location> locations, CancellationToken cancellationToken)
    {
        var keys = new KeyTable();
        var schema = new Schema(group.Columns, null);
        int[] columns = [.. Enumerable.Range(0, group.Columns.Count)];
        foreach ((DeleteFile file, Location location) in group.Files.Zip(locations))
        {
            await foreach (RecordBatch batch in DataFileBatches.ReadColumnsAsync(store, location, file.Format, file.Bytes, schema, cancellationToken))
            {
                using (batch)
                    Add(new KeyEncoder(batch, columns), batch.Length, file.SequenceNumber, keys);
            }
        }

        return keys;
    }

    private static void Add(KeyEncoder encoder, int rows, long sequenceNumber, KeyTable keys)
    {
        for (int row = 0; row < rows; row++)
            keys.Add(encoder.Encode(row), sequenceNumber);
    }
}
