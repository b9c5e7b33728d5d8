using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>Reads a table as the command line does, in this process and in one thread.</summary>
internal static class ForeignTable
{
    /// <param name="from">FROM of the command line.</param>
    /// <param name="columns">Columns in the order of the answer; null for all.</param>
    /// <param name="canon">How the rows are printed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the id of the snapshot that they were read from.</returns>
    public static async Task<(CanonRows Rows, string SnapshotId)> ReadAsync(
        string from, IReadOnlyList<string>? columns, CanonWriter canon, CancellationToken cancellationToken)
    {
        Source source = await SourceOpener.OpenAsync(from, cancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, cancellationToken);
        Scan scan = Source.NewScan(snapshot, columns, where: null);
        IScanTaskReader reader = source.NewReader(scan);

        var rows = new CanonRows();
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, cancellationToken))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(cancellationToken);
                    while (rowGroup.ReadNext(cancellationToken) is { } batch)
                    {
                        using (batch)
                            AddRows(batch, canon, rows);
                    }
                }
            }
        }

        return (rows, snapshot.Id);
    }

    private static void AddRows(RecordBatch batch, CanonWriter canon, CanonRows rows)
    {
        foreach (string line in canon.Lines(batch))
            rows.Add(line);
    }
}
