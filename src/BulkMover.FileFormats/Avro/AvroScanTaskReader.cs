using System.Runtime.CompilerServices;
using Apache.Arrow.Memory;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Deletes;
using BulkMover.FileFormats.Lineage;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads the Avro data files of one scan (Iceberg spec, Appendix A, "Avro"). There are no statistics inside of them to prune by.</summary>
/// <param name="store">Where the files lie.</param>
/// <param name="scan">What is wanted.</param>
/// <param name="options">How files are read.</param>
/// <param name="allocator">Where the buffers of batches come from.</param>
public sealed class AvroScanTaskReader(IObjectStore store, Scan scan, AvroReadOptions options, MemoryAllocator allocator) : IScanTaskReader
{
    private readonly AvroScans scans = new(store, options, allocator);

    /// <summary>Memory of the rows that are left of batches with deleted ones.</summary>
    internal SlabPool Slabs { get; init; } = new();

    public long OpenBytes(ScanTask task) => scans.OpenBytes(task.FileBytes) + (task.Deletes?.Bytes ?? 0);

    public async IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IDeletedRows? deleted = null;
        await foreach ((BlockRun run, AvroBlockScan all) in scans.OpenAsync(
            task.File, task.FileBytes, schema => BatchShape.Of(scan, task, schema, schema, decode: null), cancellationToken))
        {
            try
            {
                // Nothing is loaded for a file without rows.
                deleted ??= task.Deletes is null ? null : await task.Deletes.LoadAsync(cancellationToken);
            }
            catch
            {
                all.Dispose();
                throw;
            }

            IRowGroupScan rows = LineageScan.Over(all, scan, task, run.FirstRow, options.BatchRows, allocator);
            yield return deleted is null ? rows : new DeletingScan(rows, [new PositionRange(run.FirstRow, run.Rows)], deleted, scan.ReadSchema.FieldsList.Count, Slabs);
        }
    }
}
