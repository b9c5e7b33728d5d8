using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Transfers;
using BulkMover.ObjectStores.Requests;
using BulkMover.TableFormats.Comparisons;

namespace BulkMover.Cli.Commands;

/// <summary>Compares two tables of files: both are read, and where they differ they are read again to name the files.</summary>
/// <param name="arguments">The command.</param>
/// <param name="rows">Rows that differ to be shown at most.</param>
/// <param name="report">Told what happens.</param>
internal sealed class LakeVerification(ParseResult arguments, int rows, IReport report)
{
    /// <summary>A row is shown with so many columns at most.</summary>
    private const int MostShown = 20;

    /// <summary>The source's snapshot that a copy has read; null for what the command says.</summary>
    public string? Copied { get; init; }

    public async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        (TableReading source, TableReading target, LakeComparison comparison) = await Patiently.RunAsync(report, OpenAsync, cancellationToken);
        await source.RunAsync(comparison.Source, cancellationToken);
        await target.RunAsync(comparison.Target, cancellationToken);
        Comparison result = comparison.Result;
        return result.IsEqual ? result : await FindAsync(source, target, comparison, result, cancellationToken);
    }

    private async Task<(TableReading Source, TableReading Target, LakeComparison Comparison)> OpenAsync(CancellationToken cancellationToken)
    {
        RequestLimits limits = SharedOptions.RequestLimits(arguments);
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), limits, cancellationToken);
        ITableSnapshot snapshot = await OpenSnapshotAsync(source, cancellationToken);
        Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
        var reading = new TableReading(source, snapshot, scan, CopyCommand.ReadMemory(arguments), CopyCommand.ReadOptions(arguments), report);

        // Partition columns in names of directories are only text, and were made of the source's types.
        var known = scan.OutputSchema.FieldsList.DistinctBy(field => field.Name).ToDictionary(field => field.Name, field => field.DataType, StringComparer.Ordinal);
        Source target = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.To), limits, known, cancellationToken);
        ITableSnapshot there = await target.OpenReadableSnapshotAsync(selector: null, cancellationToken);
        var comparison = new LakeComparison(source.Name, scan.OutputSchema, target.Name, there);
        return (reading, reading with { Source = target, Snapshot = there, Scan = new Scan(there, comparison.Columns, where: null) }, comparison);
    }

    private async Task<ITableSnapshot> OpenSnapshotAsync(Source source, CancellationToken cancellationToken)
    {
        // By the command's own words first, as the copy did: an id alone shows the snapshot with its own schema.
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken);
        if (Copied is null || snapshot.Id == Copied)
            return snapshot;
        return source.KeepsSnapshots
            ? await source.OpenReadableSnapshotAsync(Copied, cancellationToken)
            : throw new CorruptTableException("verify.source_changed", $"The files of '{source.Name}' are others than were copied, so the copy cannot be compared with them. Copy again with --restart and --mode replace.");
    }

    private async Task<Comparison> FindAsync(TableReading source, TableReading target, LakeComparison comparison, Comparison result, CancellationToken cancellationToken)
    {
        report.Report("The two differ. Both are read again to name the files.");
        LakeRowSearch search = comparison.NewRowSearch();
        await source.ByScanTask.RunAsync(search.Source, cancellationToken);
        await target.ByScanTask.RunAsync(search.Target, cancellationToken);
        if (search.SearchedRanges < search.DifferingRanges)
        {
            report.Report($"So much differs that rows were compared one by one in {search.SearchedRanges:N0} of the {search.DifferingRanges:N0} ranges of hashes that differ: " +
                "other files may differ too, and of the named ones more rows.");
        }

        (FoundRow Row, string File)[] found = [.. await NameAsync(source, search, isOfSource: true, cancellationToken), .. await NameAsync(target, search, isOfSource: false, cancellationToken)];
        FileDifference[] files = [.. found.GroupBy(row => (row.Row.IsOfSource, row.File))
            .Select(rows => new FileDifference(rows.Key.IsOfSource, rows.Key.File, rows.Sum(row => row.Row.Times)))
            .OrderByDescending(file => file.IsOfSource).ThenByDescending(file => file.Rows).ThenBy(file => file.File, StringComparer.Ordinal)];
        IEnumerable<RowDifference> shown =
            [.. await ShowAsync(source, search, found, result, isOfSource: true, cancellationToken), .. await ShowAsync(target, search, found, result, isOfSource: false, cancellationToken)];
        return result with
        {
            Differences = [result.Differences[0] with { Files = [.. files.Where(file => file.IsOfSource).Select(file => file.File)] }],
            Files = files,
            Rows = [.. shown.OrderBy(row => row.Row, StringComparer.Ordinal)],
        };
    }

    /// <summary>The rows that were found of one side, with their files.</summary>
    private static async Task<IEnumerable<(FoundRow Row, string File)>> NameAsync(TableReading side, LakeRowSearch search, bool isOfSource, CancellationToken cancellationToken)
    {
        FoundRow[] found = [.. search.Found.Where(row => row.IsOfSource == isOfSource)];
        IReadOnlyDictionary<long, string> files = await side.FilesAsync(found.Select(row => row.ScanTask).ToHashSet(), cancellationToken);
        return found.Select(row => (row, files[row.ScanTask]));
    }

    /// <summary>Reads the files of some rows once more, for their values.</summary>
    private async Task<IEnumerable<RowDifference>> ShowAsync(
        TableReading side, LakeRowSearch search, (FoundRow Row, string File)[] found, Comparison result, bool isOfSource, CancellationToken cancellationToken)
    {
        (FoundRow Row, string File)[] own = [.. found.Where(row => row.Row.IsOfSource == isOfSource)];
        // Half of them of either side, or what the other one leaves, so that few rows still show what became of one.
        (FoundRow Row, string File)[] wanted = own[..Math.Min(own.Length, Math.Max((rows + (isOfSource ? 1 : 0)) / 2, rows - (found.Length - own.Length)))];
        if (wanted.Length == 0)
            return [];
        var texts = new Dictionary<ulong, string>();
        int[] columns = [.. result.Source.DifferingColumns(result.Target).Concat(Enumerable.Range(0, result.Columns.Count)).Distinct().Take(MostShown)];
        TableReading files = side with { Snapshot = new ChosenTasks(side.Snapshot, wanted.Select(row => row.Row.ScanTask).ToHashSet()) };
        await files.RunAsync(search.NewTexts(isOfSource, wanted.Select(row => row.Row.Hash).ToHashSet(), columns, texts), cancellationToken);
        return wanted.Select(row => new RowDifference(isOfSource, row.Row.Times, texts[row.Row.Hash], row.Row.ScanTask) { File = row.File });
    }
}
