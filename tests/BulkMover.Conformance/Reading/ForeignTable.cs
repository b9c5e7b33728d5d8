using System.Runtime.CompilerServices;
using Apache.Arrow;
using BulkMover.Cli.Sources;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>Reads a table as the command line does, in this process and in one thread.</summary>
internal static class ForeignTable
{
    /// <returns>The rows, printed as the answer is, and the snapshot that they were read from.</returns>
    public static async Task<(CanonRows Rows, ITableSnapshot Snapshot)> ReadAsync(CorpusEntry entry, CancellationToken cancellationToken) =>
        await ReadAsync(entry, await SourceOpener.OpenAsync(entry.Address, cancellationToken), cancellationToken);

    /// <summary>The same for a table that was opened from another place.</summary>
    public static async Task<(CanonRows Rows, ITableSnapshot Snapshot)> ReadAsync(CorpusEntry entry, Source source, CancellationToken cancellationToken)
    {
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, cancellationToken);
        Scan scan = Source.NewScan(snapshot, entry.Expected?.Columns?.Select(column => column.Name).ToArray(), where: null);
        return (await RowsAsync(source, snapshot, scan, AnswerStyle.Of(entry, snapshot), cancellationToken), snapshot);
    }

    /// <returns>All its rows, printed in the style, and its columns.</returns>
    public static async Task<(CanonRows Rows, Schema Schema)> ReadAsync(CorpusEntry entry, CanonStyle style, CancellationToken cancellationToken)
    {
        Source source = await SourceOpener.OpenAsync(entry.Address, cancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(selector: null, cancellationToken);
        var scan = new Scan(snapshot, columns: null, where: null);
        return (await RowsAsync(source, snapshot, scan, style, cancellationToken), snapshot.Schema);
    }

    /// <summary>All batches, in plan order, not yet filtered exactly. The caller disposes each.</summary>
    public static async IAsyncEnumerable<RecordBatch> BatchesAsync(
        Source source, ITableSnapshot snapshot, Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IScanTaskReader reader = source.NewReader(snapshot, scan);
        await foreach (ScanTask task in snapshot.PlanAsync(scan, cancellationToken))
        {
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(task, cancellationToken))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(cancellationToken);
                    while (rowGroup.ReadNext(cancellationToken) is { } batch)
                        yield return batch;
                }
            }
        }
    }

    private static async Task<CanonRows> RowsAsync(
        Source source, ITableSnapshot snapshot, Scan scan, CanonStyle style, CancellationToken cancellationToken)
    {
        var canon = new CanonWriter(style);
        var rows = new CanonRows();
        await foreach (RecordBatch batch in BatchesAsync(source, snapshot, scan, cancellationToken))
        {
            using (batch)
                rows.Add(canon.Lines(batch));
        }

        return rows;
    }
}
