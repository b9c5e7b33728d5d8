using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>Reads a file row group by row group for those who are no flow: metadata that is kept in Parquet, such as log checkpoints, and the keys of deleted rows.</summary>
public static class ParquetBatches
{
    /// <summary>Of keys: as many files are looked at together as are adopted.</summary>
    private const int KeyBatchBytes = 2 << 20;

    /// <summary>The rows in file order. The caller disposes each batch.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="knownBytes">Its length where metadata gives it.</param>
    /// <param name="topLevelColumns">Columns to read; those that the file lacks are left out. Null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is missing or not valid.</exception>
    /// <exception cref="UnsupportedFeatureException">A column that is read uses what is not read yet.</exception>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(
        IObjectStore store,
        Location file,
        long? knownBytes,
        IReadOnlyList<string>? topLevelColumns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(file, knownBytes, cancellationToken);
        ParquetFooter footer = await ParquetFooter.ReadAsync(reader, file, cancellationToken);
        IReadOnlyList<SchemaNode> fields = footer.Root.Children;
        int[] columns = [.. Enumerable.Range(0, fields.Count).Where(i => topLevelColumns is null || topLevelColumns.Contains(fields[i].Element.Name))];
        FeatureGate.ThrowIfRefused("parquet", file.ToString(), FileFeatures.Of([.. columns.Select(i => fields[i])], footer.RowGroups));
        if (columns.Length == 0)
            yield break;

        BatchShape shape = BatchShape.OfFile(file.ToString(), columns, footer.FileSchema, footer.StoredSchema, StoredTypes.Decode);
        await foreach (RecordBatch batch in ReadAsync(store, file, reader.Length, footer, shape, new ParquetReadOptions(), cancellationToken))
            yield return batch;
    }

    /// <summary>The rows in file order with these columns, found by field id and widened to their types. The caller disposes each batch.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="knownBytes">Its length where metadata gives it.</param>
    /// <param name="wanted">The columns; the file must have each that has no default.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is missing or not valid, or lacks a column.</exception>
    /// <exception cref="UnsupportedFeatureException">A column uses what is not read yet.</exception>
    public static async IAsyncEnumerable<RecordBatch> ReadColumnsAsync(
        IObjectStore store, Location file, long? knownBytes, Schema wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(file, knownBytes, cancellationToken);
        ParquetFooter footer = await ParquetFooter.ReadAsync(reader, file, cancellationToken);
        BatchShape shape = BatchShape.OfColumns(wanted, file.ToString(), footer.FileSchema, footer.StoredSchema, StoredTypes.Decode);
        ThrowIfRefused(file, footer, shape);
        await foreach (RecordBatch batch in ReadAsync(store, file, reader.Length, footer, shape, new ParquetReadOptions(), cancellationToken))
            yield return batch;
    }

    /// <summary>The columns by whose values rows of a data file are deleted, of all its rows in file order. The caller disposes each batch.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="task">The file, with its deletes.</param>
    /// <param name="columns">The table's, beside which they are found.</param>
    /// <param name="footer">The file's.</param>
    /// <param name="matching">How the table's columns are found in it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is not valid, or lacks a column.</exception>
    /// <exception cref="UnsupportedFeatureException">A column uses what is not read yet.</exception>
    public static IAsyncEnumerable<RecordBatch> ReadKeysAsync(
        IObjectStore store, ScanTask task, IReadOnlyList<Field> columns, ParquetFooter footer, ColumnMatching matching, CancellationToken cancellationToken)
    {
        BatchShape shape = BatchShape.OfKeys(task, columns, matching, footer.FileSchema, footer.StoredSchema, StoredTypes.Decode);
        ThrowIfRefused(task.File, footer, shape);
        return ReadAsync(store, task.File, task.FileBytes, footer, shape, new ParquetReadOptions { BatchBytes = KeyBatchBytes }, cancellationToken);
    }

    /// <summary>Bytes of memory that <see cref="ReadKeysAsync"/> holds at most, as far as metadata tell: of the columns no more than the file has, and what decoding holds of batches and dictionaries.</summary>
    public static long KeysBytes(ScanTask task) => task.FileBytes + (8 * KeyBatchBytes);

    private static void ThrowIfRefused(Location file, ParquetFooter footer, BatchShape shape) =>
        FeatureGate.ThrowIfRefused("parquet", file.ToString(), FileFeatures.Of([.. shape.FileColumns.Select(i => footer.Root.Children[i])], footer.RowGroups));

    private static async IAsyncEnumerable<RecordBatch> ReadAsync(
        IObjectStore store, Location file, long bytes, ParquetFooter footer, BatchShape shape, ParquetReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var slabs = new SlabPool();
        var scanned = new ScanFile(store, file, bytes, footer.End.Version, shape, options, MemoryAllocator.Default.Value, slabs);
        for (int i = 0; i < footer.RowGroups.Count; i++)
        {
            if (footer.RowGroups[i].Rows == 0)
                continue;
            string name = $"{file}, row group {i}";
            using IRowGroupScan scan = shape.FileColumns.Count == 0
                ? new ConstantScan(scanned, name, footer.RowGroups[i].Rows)
                : new ParquetRowGroupScan(scanned, name, ImagePlan.OfRanges(footer, shape, [footer.RowGroups[i]], scanned.Options.MaxGapBytes));
            await scan.FetchAsync(cancellationToken);
            while (scan.ReadNext(cancellationToken) is { } batch)
                yield return batch;
        }
    }
}
