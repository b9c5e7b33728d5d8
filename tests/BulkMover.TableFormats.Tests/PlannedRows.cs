using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.DataFiles;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.TableFormats.Tests;

/// <summary>The rows of a snapshot as a copy gets them: planned, read, files and row groups pruned, then filtered row by row.</summary>
internal static class PlannedRows
{
    /// <param name="store">Where the table lies.</param>
    /// <param name="snapshot">What is read.</param>
    /// <param name="where">Rows of the result; null for all.</param>
    /// <param name="columns">Null for those of the schema.</param>
    public static async Task<CanonRows> ReadAsync(IObjectStore store, ITableSnapshot snapshot, Filter? where, IReadOnlyList<string>? columns = null)
    {
        CancellationToken stopping = TestContext.Current.CancellationToken;
        var canon = new CanonWriter();
        var scan = new Scan(snapshot, columns, where);
        var reader = new DataFileReader(store, scan, BatchSize.Usual, MemoryAllocator.Default.Value);
        var rows = new CanonRows();
        await foreach (ScanTask task in snapshot.PlanAsync(scan, stopping))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, stopping))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(stopping);
                    while (rowGroup.ReadNext(stopping) is { } batch)
                    {
                        using (batch)
                            AddKept(rows, canon, where, batch);
                    }
                }
            }
        }

        return rows;
    }

    private static void AddKept(CanonRows rows, CanonWriter canon, Filter? where, RecordBatch batch)
    {
        string[] lines = [.. canon.Lines(batch)];
        using RowSelection? selection = where is null ? null : RowFilter.Select(where, batch);
        foreach (int row in selection is null ? Enumerable.Range(0, batch.Length) : selection.Rows.ToArray())
            rows.Add(lines[row]);
    }
}
