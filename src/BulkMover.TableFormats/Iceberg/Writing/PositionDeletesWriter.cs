using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Iceberg.Deletes;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Position delete files of one data file each, in Parquet (Iceberg spec, "Position Delete Files"). Format version 2 knows no other deletes by position.</summary>
/// <param name="address">Where the table lies: what paths in metadata begin with.</param>
internal sealed class PositionDeletesWriter(string address) : IDeletesWriter
{
    /// <summary>All batches share the paths of one, so that a row costs the eight bytes of its position.</summary>
    private const int BatchRows = 1024, RowGroupBatches = 128;

    /// <summary>Positions, paths of the usual length twice, and as much again in the encoder.</summary>
    private const long WorkBytes = 4 << 20;

    private const string Ending = ".parquet";

    private static readonly Schema Columns = new(
        [
            new Field("file_path", StringType.Default, nullable: false).WithFieldId(DeleteIndexReader.FilePathId),
            new Field("pos", Int64Type.Default, nullable: false).WithFieldId(PositionDeletes.PositionId),
        ],
        null);

    public long HeldBytes(long fileRows, long deletedRows) => WorkBytes;

    public async Task<WrittenDeletes> WriteAsync(DeletesPlace place, IEnumerable<long> positions, CancellationToken cancellationToken)
    {
        string path = $"{place.DataFile[..^Ending.Length]}-deletes{Ending}";
        Location location = place.Root.Combine(path);
        using StringArray paths = PathsOf($"{address}/{place.DataFile}");
        await using var writer = new ParquetFileWriter(await place.Store.CreateAsync(location, knownBytes: null, cancellationToken), location, Columns, new ParquetWriteOptions());
        long rows = 0;
        // Sorted by path, which is one, and by position.
        foreach (long[][] rowGroup in positions.Chunk(BatchRows).Chunk(RowGroupBatches))
        {
            RecordBatch[] batches = [.. rowGroup.Select(batch => BatchOf(paths, batch))];
            try
            {
                await writer.WriteRowGroupAsync(batches, cancellationToken);
            }
            finally
            {
                foreach (RecordBatch batch in batches)
                    batch.Dispose();
            }

            rows += rowGroup.Sum(batch => batch.Length);
        }

        await writer.CompleteAsync(cancellationToken);
        return new WrittenDeletes(path, writer.Bytes, rows);
    }

    private static RecordBatch BatchOf(StringArray paths, long[] positions) => new(
        Columns, [ArrowArrayFactory.BuildArray(paths.Data.Retain().Slice(0, positions.Length)), new Int64Array.Builder().Append(positions).Build()], positions.Length);

    private static StringArray PathsOf(string path)
    {
        var paths = new StringArray.Builder();
        for (int row = 0; row < BatchRows; row++)
            paths.Append(path);
        return paths.Build();
    }
}
