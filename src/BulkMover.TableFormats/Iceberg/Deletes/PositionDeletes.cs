using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.DataFiles;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Reads position delete files (Iceberg spec, "Position Delete Files"). Paths count as they are written, not where files are found: see <see cref="DataFileName"/>.</summary>
internal static class PositionDeletes
{
    /// <summary>Field <c>pos</c> ("Reserved Field IDs").</summary>
    public const int PositionId = 2147483545;

    private static readonly Schema Columns = new(
        [
            new Field("file_path", StringType.Default, nullable: true).WithFieldId(DeleteIndexReader.FilePathId),
            new Field("pos", Int64Type.Default, nullable: true).WithFieldId(PositionId),
        ],
        null);

    /// <summary>The positions by name of their data file.</summary>
    /// <param name="store">Where the table lies.</param>
    /// <param name="location">Where the delete file is.</param>
    /// <param name="file">What the manifest says of it.</param>
    /// <param name="only">Name of the only data file that is wanted; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is missing or broken.</exception>
    public static async Task<Dictionary<string, PositionSet>> ReadAsync(
        IObjectStore store, Location location, DeleteFile file, string? only, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<string, PositionSet>(StringComparer.Ordinal);
        await foreach (RecordBatch batch in DataFileBatches.ReadColumnsAsync(store, location, file.Format, file.Bytes, Columns, cancellationToken))
        {
            using (batch)
                Add(batch, only, positions, location);
        }

        return positions;
    }

    private static void Add(RecordBatch batch, string? only, Dictionary<string, PositionSet> positions, Location location)
    {
        var paths = (StringArray)batch.Column(0);
        var numbers = (Int64Array)batch.Column(1);
        PositionSet? set = null;
        for (int row = 0; row < batch.Length; row++)
        {
            if (paths.IsNull(row) || numbers.GetValue(row) is not >= 0)
                throw new CorruptTableException("iceberg.deletes_invalid", $"The position delete file '{location}' has a row without a path or position.");
            // Rows are sorted by path: a text is made once for each run of them.
            if (row == 0 || !paths.GetBytes(row).SequenceEqual(paths.GetBytes(row - 1)))
                set = SetOf(DataFileName.Of(paths.GetString(row)), only, positions);
            set?.Add(numbers.GetValue(row)!.Value);
        }
    }

    private static PositionSet? SetOf(string name, string? only, Dictionary<string, PositionSet> positions)
    {
        if (only is not null && name != only)
            return null;
        if (!positions.TryGetValue(name, out PositionSet? set))
            positions.Add(name, set = new PositionSet());
        return set;
    }
}
