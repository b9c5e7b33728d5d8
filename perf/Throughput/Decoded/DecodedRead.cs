using Apache.Arrow.Memory;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Decoded;

/// <summary>What it took to read all rows of a Parquet file in this process, one row group after the other.</summary>
/// <param name="Rows">Rows that were read.</param>
/// <param name="CpuSeconds">User and system time of all threads while column chunks were fetched and decoded.</param>
/// <param name="DecodingSeconds">The part of it that is decoding; null where that is not known.</param>
internal sealed record DecodedRead(long Rows, double CpuSeconds, double? DecodingSeconds)
{
    public IEnumerable<(string Figure, double Value)> ToFigures() =>
        [(Figure.Rows, Rows), (Figure.Cpu, CpuSeconds), .. DecodingSeconds is { } seconds ? [(Figure.DecodingCpu, seconds)] : ((string, double)[])[]];

    /// <param name="file">The file.</param>
    /// <param name="onlyNative">Arrow C++ decodes every column.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<DecodedRead> MeasureAsync(string file, bool onlyNative, CancellationToken cancellationToken)
    {
        var store = new LocalObjectStore();
        ParquetTable table = await ParquetTable.OpenAsync(store, Location.OnDisk(file), cancellationToken);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, cancellationToken);
        var scan = new Scan(snapshot, null, null);
        var reader = new ParquetScanTaskReader(store, scan, new ParquetReadOptions { OnlyNative = onlyNative }, MemoryAllocator.Default.Value);
        long rows = 0;
        double fetched = 0, decoded = 0;
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, cancellationToken))
            {
                using IRowGroupScan open = rowGroup;
                double start = CpuNow();
                await open.FetchAsync(cancellationToken);
                double middle = CpuNow();
                rows += CountRows(open, cancellationToken);
                (fetched, decoded) = (fetched + middle - start, decoded + CpuNow() - middle);
            }
        }

        return new DecodedRead(rows, fetched + decoded, decoded);
    }

    /// <summary>User and system time of this process so far.</summary>
    public static double CpuNow() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static long CountRows(IRowGroupScan rowGroup, CancellationToken cancellationToken)
    {
        long rows = 0;
        while (rowGroup.ReadNext(cancellationToken) is { } batch)
        {
            using (batch)
                rows += batch.Length;
        }

        return rows;
    }
}
