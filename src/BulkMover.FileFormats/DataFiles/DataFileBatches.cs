using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.DataFiles;

/// <summary>Reads columns of one file, whatever format it is written in: for files beside the data, such as delete files.</summary>
public static class DataFileBatches
{
    /// <summary>The rows in file order with these columns, found by field id and widened to their types. The caller disposes each batch.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="file">The file.</param>
    /// <param name="format">What it is written in.</param>
    /// <param name="knownBytes">Its length where metadata gives it.</param>
    /// <param name="wanted">The columns; the file must have each.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is missing or not valid, or lacks a column.</exception>
    /// <exception cref="UnsupportedFeatureException">A column uses what is not read yet.</exception>
    public static IAsyncEnumerable<RecordBatch> ReadColumnsAsync(
        IObjectStore store, Location file, FileFormat format, long? knownBytes, Schema wanted, CancellationToken cancellationToken) =>
        format == FileFormat.Avro
            ? ReadAvroAsync(store, file, knownBytes, wanted, cancellationToken)
            : ParquetBatches.ReadColumnsAsync(store, file, knownBytes, wanted, cancellationToken);

    private static async IAsyncEnumerable<RecordBatch> ReadAvroAsync(
        IObjectStore store, Location file, long? knownBytes, Schema wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scans = new AvroScans(store, new AvroReadOptions(), MemoryAllocator.Default.Value);
        await foreach ((_, AvroBlockScan scan) in scans.OpenAsync(
            file, knownBytes, schema => BatchShape.OfColumns(wanted, file.ToString(), schema, schema, decode: null), cancellationToken))
        {
            using (scan)
            {
                await scan.FetchAsync(cancellationToken);
                while (scan.ReadNext(cancellationToken) is { } batch)
                    yield return batch;
            }
        }
    }
}
