using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Datasets.Lineitem;
using BulkMover.Datasets.Shapes;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.ParquetDirectories;
using ParquetSharp;

namespace BulkMover.Datasets.Tests.Allocations;

/// <summary>A file of one of the measured shapes, and its rows.</summary>
internal sealed class HotTable : IDisposable
{
    public const int Rows = 200_000;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-allocations-");
    private readonly LocalObjectStore store = new();

    public HotTable(string shape, CancellationToken stopping)
    {
        if (shape == "lineitem")
            LineitemWriter.Write(new LineitemOptions(Rows, 1, Compression.Snappy, Rows, 1, 0, FilePath), stopping);
        else
            ShapesWriter.Write(FilePath, shape, Rows, new Dictionary<string, string>(StringComparer.Ordinal), stopping);
    }

    private string FilePath => Path.Combine(directory.FullName, "rows.parquet");

    /// <summary>Decodes all rows.</summary>
    /// <param name="take">Gets each batch, which is its own then; on the thread that has decoded it.</param>
    /// <param name="stopping">Stops it.</param>
    /// <returns>Managed bytes that decoding allocated: opening and fetching are once a file and a row group, and not counted.</returns>
    public async Task<long> DecodeAsync(Action<RecordBatch> take, CancellationToken stopping)
    {
        ParquetTable table = await ParquetTable.OpenAsync(store, Location.OnDisk(FilePath), stopping);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, stopping);
        var scan = new Scan(snapshot, null, null);
        var reader = new ParquetScanTaskReader(store, scan, new ParquetReadOptions(), MemoryAllocator.Default.Value);
        long allocated = 0;
        await foreach (ScanTask task in snapshot.PlanAsync(scan, stopping))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, stopping))
            {
                using IRowGroupScan open = rowGroup;
                await open.FetchAsync(stopping);
                allocated += Decode(open, take, stopping);
            }
        }

        return allocated;
    }

    public void Dispose() => directory.Delete(recursive: true);

    /// <summary>Stays on one thread, whose bytes alone are counted: other tests run beside it.</summary>
    private static long Decode(IRowGroupScan rowGroup, Action<RecordBatch> take, CancellationToken stopping)
    {
        long allocated = 0;
        while (true)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            RecordBatch? batch = rowGroup.ReadNext(stopping);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            if (batch is null)
                return allocated;
            take(batch);
        }
    }
}
