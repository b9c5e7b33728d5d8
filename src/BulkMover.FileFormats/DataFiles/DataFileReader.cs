using Apache.Arrow.Memory;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.FileFormats.DataFiles;

/// <summary>Reads the data files of one scan, whatever format each is written in.</summary>
public sealed class DataFileReader : IScanTaskReader, IMemoryKeeper
{
    private readonly ParquetScanTaskReader parquet;
    private readonly AvroScanTaskReader avro;

    /// <param name="store">Where the files lie.</param>
    /// <param name="scan">What is wanted.</param>
    /// <param name="batches">How large batches are made of Parquet files; those of Avro files, which cost more than what follows them, are of the usual size.</param>
    /// <param name="allocator">Where the buffers of batches come from, except the native Parquet reader's.</param>
    public DataFileReader(IObjectStore store, Scan scan, BatchSize batches, MemoryAllocator allocator)
    {
        parquet = new ParquetScanTaskReader(
            store, scan, new ParquetReadOptions { BatchRows = batches.Rows, BatchBytes = batches.Bytes, KeepsStoredForms = batches.KeepsStoredForms }, allocator);
        avro = new AvroScanTaskReader(store, scan, new AvroReadOptions(), allocator) { Slabs = parquet.Slabs };
    }

    public long OpenBytes(ScanTask task) => Of(task).OpenBytes(task);

    public IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, CancellationToken cancellationToken) => Of(task).OpenAsync(task, cancellationToken);

    public void KeepWithin(long bytes) => parquet.Slabs.KeepWithin(bytes);

    private IScanTaskReader Of(ScanTask task) => task.Format == FileFormat.Avro ? avro : parquet;
}
