using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary>Compares a table in ClickHouse: with what a copy into it has read, where it remembers one, else with the source that is read for it.</summary>
/// <param name="arguments">The command.</param>
/// <param name="rows">Rows that differ to be found at most.</param>
/// <param name="report">Told what happens.</param>
internal sealed class ClickHouseVerification(ParseResult arguments, int rows, IReport report)
{
    public async Task<Comparison> RunAsync(ClickHouseAddress address, CancellationToken cancellationToken)
    {
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), SharedOptions.RequestLimits(arguments), cancellationToken);
        await using ClickHouseTarget target = await ClickHouseTarget.OpenAsync(address, new ClickHouseTableOptions(), WireCompression.Auto, report, cancellationToken);
        (Comparison? comparison, string? snapshot) = await Patiently.RunAsync(report, stopping => CompareWithCopyAsync(source, target, stopping), cancellationToken);
        snapshot ??= arguments.GetValue(SharedOptions.Snapshot);
        if (comparison is { IsEqual: true })
            return comparison;
        TableReading? reading = await OpenAsync(source, snapshot, isNeeded: comparison is null || rows > 0, cancellationToken);
        comparison ??= await CompareWithSourceAsync(reading!, target, cancellationToken);
        if (reading is not null)
            comparison = await NameFilesAsync(comparison, reading, cancellationToken);
        return rows > 0 && !comparison.IsEqual
            ? comparison with { Rows = await FindRowsAsync(reading!, target, comparison, cancellationToken) }
            : comparison;
    }

    /// <summary>The snapshot may be gone since it was copied: then the files of what differs cannot be named, and that is all.</summary>
    private async Task<TableReading?> OpenAsync(Source source, string? snapshot, bool isNeeded, CancellationToken cancellationToken)
    {
        try
        {
            ITableSnapshot opened = await source.OpenReadableSnapshotAsync(snapshot, cancellationToken);
            Scan scan = Source.NewScan(opened, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
            return new TableReading(source, opened, scan, CopyCommand.ReadMemory(arguments), CopyCommand.ReadOptions(arguments), report);
        }
        catch (BulkMoverException error) when (!isNeeded)
        {
            report.Report(Unnamed(error));
            return null;
        }
    }

    private async Task<Comparison> NameFilesAsync(Comparison comparison, TableReading reading, CancellationToken cancellationToken)
    {
        try
        {
            return await TaskFiles.NameAsync(comparison, reading.Snapshot, reading.Scan, cancellationToken);
        }
        catch (BulkMoverException error)
        {
            report.Report(Unnamed(error));
            return comparison;
        }
    }

    private static string Unnamed(BulkMoverException error) => $"The files of what differs cannot be named: {error.Message}";

    /// <summary>With what the last complete copy of the same rows has read; null when there is none. Without --snapshot it is that copy's, for the table may have a later one now.</summary>
    private async Task<(Comparison? Comparison, string? Snapshot)> CompareWithCopyAsync(
        Source source, ClickHouseTarget target, CancellationToken cancellationToken)
    {
        string selection = CopySides.SelectionOf(arguments, source.Name);
        string? asked = arguments.GetValue(SharedOptions.Snapshot) is { } selector ? (await source.OpenSnapshotAsync(selector, cancellationToken)).Id : null;
        TransferRecord[] copies = [.. (await target.TransfersAsync(cancellationToken))
            .Where(record => record.IsComplete && record.Origin.Selection == selection && (asked is null || record.Origin.Snapshot == asked))];
        string? table = Array.Exists(copies, copy => copy.Origin.Table is not null) ? await TableIdAsync(source, cancellationToken) : null;
        foreach (TransferRecord copy in copies.Where(copy => table is null || copy.Origin.Table == table).Reverse())
        {
            report.Report($"Comparing with snapshot {copy.Origin.Snapshot} as transfer {copy.Transfer} has read it; only the target is read now.");
            if (await target.CompareAsync(copy.Transfer, cancellationToken) is { } comparison)
                return (comparison, source.KeepsSnapshots ? copy.Origin.Snapshot : null);
        }

        return (null, null);
    }

    /// <summary>Of the table that is there now; null when it cannot be read any more.</summary>
    private static async Task<string?> TableIdAsync(Source source, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.OpenSnapshotAsync(null, cancellationToken)).TableId;
        }
        catch (BulkMoverException)
        {
            return null;
        }
    }

    private async Task<Comparison> CompareWithSourceAsync(TableReading reading, ClickHouseTarget target, CancellationToken cancellationToken)
    {
        report.Report($"{target.Name} has no rows of a copy of snapshot {reading.Snapshot.Id} with these options, so both sides are read.");
        SourceComparison comparison = target.NewComparison();
        await reading.RunAsync(comparison.Reading, cancellationToken);
        return comparison.Result!;
    }

    private async Task<IReadOnlyList<RowDifference>> FindRowsAsync(
        TableReading reading, ClickHouseTarget target, Comparison comparison, CancellationToken cancellationToken)
    {
        HashSet<string> differing = [.. comparison.Source.DifferingColumns(comparison.Target).Select(i => comparison.Columns[i])];
        RowSearch search = target.NewRowSearch(differing, rows);
        long read = await reading.RunAsync(search.Ranges, cancellationToken);
        if (read != comparison.Source.Rows)
        {
            report.Report($"The target has the rows of several copies, {comparison.Source.Rows:N0}, and this one has {read:N0} of them: which rows differ can be shown of one copy only.");
            return [];
        }

        await reading.ByScanTask.RunAsync(search.Rows, cancellationToken);
        IReadOnlyDictionary<long, string> files = await reading.FilesAsync(
            search.Found.Select(row => row.ScanTask).OfType<long>().ToHashSet(), cancellationToken);
        return [.. search.Found.Select(row => row with { File = row.ScanTask is { } task ? files.GetValueOrDefault(task) : null })];
    }
}
