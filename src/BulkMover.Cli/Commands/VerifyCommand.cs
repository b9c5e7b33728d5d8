using System.CommandLine;
using System.Diagnostics;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Digests;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover verify FROM TO</c>: whether the target has exactly the source's rows.</summary>
public static class VerifyCommand
{
    private static readonly Option<int> Rows = new("--rows")
    {
        Description = "Also show so many rows that differ, with their keys; both sides are read twice for it. Default: 0.",
        HelpName = "N",
    };

    public static string[] Examples { get; } =
    [
        "bulkmover verify iceberg:/lake/orders clickhouse://me@db:8123/default/orders",
        "bulkmover verify delta:/lake/events clickhouse://me@db:8123/default/events --snapshot 41 --rows 10",
    ];

    public static Command New()
    {
        var command = new Command("verify",
            "Prove that the target has exactly the rows of a snapshot, or say where it differs. After a copy that has completed only the target is read, else both are. " +
            "Changes nothing. Exit code 0: equal, 4: different.")
        {
            SharedOptions.From, SharedOptions.To, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where, Rows, SharedOptions.Memory, SharedOptions.Readers,
            SharedOptions.MaxRequests, SharedOptions.Bandwidth, SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        int rows = arguments.GetValue(Rows);
        if (rows is < 0 or > 1000)
            throw new InvalidInputException("option.invalid", $"--rows is {rows}; it must be from 0 to 1000.");
        ClickHouseAddress address = TargetAddress.ParseClickHouse(arguments.GetRequiredValue(SharedOptions.To));
        long begin = Stopwatch.GetTimestamp();
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), SharedOptions.RequestLimits(arguments), cancellationToken);
        await using ClickHouseTarget target = await ClickHouseTarget.OpenAsync(address, new ClickHouseTableOptions(), report, cancellationToken);
        (Comparison? comparison, string? snapshot) = await Patiently.RunAsync(
            report, stopping => CompareWithCopyAsync(arguments, source, target, report, stopping), cancellationToken);
        snapshot ??= arguments.GetValue(SharedOptions.Snapshot);
        if (comparison is not { IsEqual: true })
        {
            SourceReading? reading = await OpenAsync(arguments, source, snapshot, isNeeded: comparison is null || rows > 0, report, cancellationToken);
            comparison ??= await CompareWithSourceAsync(reading!, target, report, cancellationToken);
            if (reading is not null)
                comparison = await NameFilesAsync(comparison, reading, report, cancellationToken);
            if (rows > 0 && !comparison.IsEqual)
                comparison = comparison with { Rows = await FindRowsAsync(reading!, target, comparison, rows, report, cancellationToken) };
        }

        report.Compared(comparison, Stopwatch.GetElapsedTime(begin));
        return comparison.IsEqual ? 0 : RowsDifferException.DifferentExitCode;
    }

    /// <summary>The snapshot may be gone since it was copied: then the files of what differs cannot be named, and that is all.</summary>
    private static async Task<SourceReading?> OpenAsync(
        ParseResult arguments, Source source, string? snapshot, bool isNeeded, IReport report, CancellationToken cancellationToken)
    {
        try
        {
            ITableSnapshot opened = await source.OpenReadableSnapshotAsync(snapshot, cancellationToken);
            Scan scan = Source.NewScan(opened, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
            return new SourceReading(source, opened, scan, CopyCommand.ReadMemory(arguments), CopyCommand.ReadOptions(arguments), report);
        }
        catch (BulkMoverException error) when (!isNeeded)
        {
            report.Report(Unnamed(error));
            return null;
        }
    }

    private static async Task<Comparison> NameFilesAsync(Comparison comparison, SourceReading reading, IReport report, CancellationToken cancellationToken)
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
    private static async Task<(Comparison? Comparison, string? Snapshot)> CompareWithCopyAsync(
        ParseResult arguments, Source source, ClickHouseTarget target, IReport report, CancellationToken cancellationToken)
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

    private static async Task<Comparison> CompareWithSourceAsync(SourceReading reading, ClickHouseTarget target, IReport report, CancellationToken cancellationToken)
    {
        report.Report($"{target.Name} has no rows of a copy of snapshot {reading.Snapshot.Id} with these options, so both sides are read.");
        SourceComparison comparison = target.NewComparison();
        await reading.RunAsync(comparison.Reading, cancellationToken);
        return comparison.Result!;
    }

    private static async Task<IReadOnlyList<RowDifference>> FindRowsAsync(
        SourceReading reading, ClickHouseTarget target, Comparison comparison, int most, IReport report, CancellationToken cancellationToken)
    {
        HashSet<string> differing = [.. comparison.Source.DifferingColumns(comparison.Target).Select(i => comparison.Columns[i])];
        RowSearch search = target.NewRowSearch(differing, most);
        long read = await reading.RunAsync(search.Buckets, cancellationToken);
        if (read != comparison.Source.Rows)
        {
            report.Report($"The target has the rows of several copies, {comparison.Source.Rows:N0}, and this one has {read:N0} of them: which rows differ can be shown of one copy only.");
            return [];
        }

        await (reading with { Options = reading.Options with { ChunkBytes = 1 } }).RunAsync(search.Rows, cancellationToken);
        IReadOnlyDictionary<long, string> files = await TaskFiles.FindAsync(
            reading.Snapshot, reading.Scan, search.Found.Select(row => row.ScanTask).OfType<long>().ToHashSet(), cancellationToken);
        return [.. search.Found.Select(row => row with { File = row.ScanTask is { } task ? files.GetValueOrDefault(task) : null })];
    }

    /// <summary>The source, read as a copy reads it.</summary>
    private sealed record SourceReading(Source Source, ITableSnapshot Snapshot, Scan Scan, MemoryBudget Memory, CopyOptions Options, IReport Report)
    {
        /// <returns>Rows that were read.</returns>
        public async Task<long> RunAsync(ITarget target, CancellationToken cancellationToken)
        {
            var origin = new TransferOrigin("", "", Source.Name, Snapshot.Id);
            TargetPlan plan = await target.PlanAsync(new TargetRequest(TransferId.Of(Snapshot.Id), origin, Scan.OutputSchema, CopyMode.Append, []), cancellationToken);
            var reading = new CopyTransfer(Snapshot, Scan, Source.NewReader(Snapshot, Scan), target, plan, Memory, Options) { Notes = Report };
            Task<CopyResult> running = reading.RunAsync(cancellationToken);
            await Report.FollowAsync(running, () => reading.Progress);
            return (await running).Rows;
        }
    }
}
