using Apache.Arrow.Memory;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.DataFiles;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Pruned;

/// <summary>What one filtered read took.</summary>
/// <param name="Rows">Rows that the filter keeps.</param>
/// <param name="DecodedRows">Rows that were decoded to find them.</param>
/// <param name="FetchedBytes">Bytes asked of the store, footers and indexes with them.</param>
/// <param name="Requests">In how many reads.</param>
/// <param name="CpuSeconds">User and system time of all threads.</param>
internal sealed record PrunedRead(long Rows, long DecodedRows, long FetchedBytes, long Requests, double CpuSeconds)
{
    public IEnumerable<(string Figure, double Value)> ToFigures() =>
        [(Figure.Rows, Rows), ("decoded rows", DecodedRows), ("MiB fetched", FetchedBytes / Figure.MiB), ("requests", Requests), (Figure.Cpu, CpuSeconds)];

    /// <summary>Fetches, decodes and filters a Parquet file in this process, one row group after the other.</summary>
    public static async Task<PrunedRead> MeasureAsync(string file, string where, CancellationToken cancellationToken)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var store = new CountingStore(new LocalObjectStore());
        ParquetTable table = await ParquetTable.OpenAsync(store, Location.OnDisk(file), cancellationToken);
        ITableSnapshot snapshot = await table.OpenSnapshotAsync(null, cancellationToken);
        Filter filter = FilterParser.Parse(where, snapshot.Schema);
        var scan = new Scan(snapshot, null, filter);
        var reader = new DataFileReader(store, scan, BatchSize.Usual, MemoryAllocator.Default.Value);
        long rows = 0, decoded = 0;
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, cancellationToken))
            {
                using IRowGroupScan open = rowGroup;
                await open.FetchAsync(cancellationToken);
                while (open.ReadNext(cancellationToken) is { } batch)
                {
                    using (batch)
                    {
                        using RowSelection kept = RowFilter.Select(filter, batch);
                        rows += kept.Rows.Length;
                        decoded += batch.Length;
                    }
                }
            }
        }

        return new PrunedRead(rows, decoded, store.Bytes, store.Requests, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }
}
