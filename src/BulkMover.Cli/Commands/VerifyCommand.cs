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
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover verify FROM TO</c>: whether the target has exactly the source's rows.</summary>
public static class VerifyCommand
{
    public static string[] Examples { get; } =
    [
        "bulkmover verify iceberg:/lake/orders clickhouse://me@db:8123/default/orders",
        "bulkmover verify delta:/lake/events clickhouse://me@db:8123/default/events --snapshot 41 --output json",
    ];

    public static Command New()
    {
        var command = new Command("verify",
            "Prove that the target has exactly the rows of a snapshot, or say where it differs. After a copy that has completed only the target is read, else both are. " +
            "Changes nothing. Exit code 0: equal, 4: different.")
        {
            SharedOptions.From, SharedOptions.To, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where, SharedOptions.Memory, SharedOptions.Readers,
            SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        ClickHouseAddress address = TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To));
        long begin = Stopwatch.GetTimestamp();
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), cancellationToken);
        await using ClickHouseTarget target = await ClickHouseTarget.OpenAsync(address, new ClickHouseTableOptions(), report, cancellationToken);
        Comparison comparison = await CompareWithCopyAsync(arguments, source, target, report, cancellationToken)
            ?? await CompareWithSourceAsync(arguments, source, target, report, cancellationToken);
        report.Compared(comparison, Stopwatch.GetElapsedTime(begin));
        return comparison.IsEqual ? 0 : RowsDifferException.DifferentExitCode;
    }

    /// <summary>With what the last complete copy of the same rows has read; null when there is none. Without --snapshot it is that copy's, for the table may have a later one now.</summary>
    private static async Task<Comparison?> CompareWithCopyAsync(
        ParseResult arguments, Source source, ClickHouseTarget target, IReport report, CancellationToken cancellationToken)
    {
        string selection = CopySetup.SelectionOf(arguments, source.Name);
        string? asked = arguments.GetValue(SharedOptions.Snapshot) is { } selector ? (await source.OpenSnapshotAsync(selector, cancellationToken)).Id : null;
        IEnumerable<TransferRecord> copies = (await target.TransfersAsync(cancellationToken))
            .Where(record => record.IsComplete && record.Origin.Selection == selection && (asked is null || record.Origin.Snapshot == asked));
        foreach (TransferRecord copy in copies.Reverse())
        {
            report.Report($"Comparing with snapshot {copy.Origin.Snapshot} as transfer {copy.Transfer} has read it; only the target is read now.");
            if (await target.CompareAsync(copy.Transfer, cancellationToken) is { } comparison)
                return comparison;
        }

        return null;
    }

    private static async Task<Comparison> CompareWithSourceAsync(
        ParseResult arguments, Source source, ClickHouseTarget target, IReport report, CancellationToken cancellationToken)
    {
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken);
        report.Report($"{target.Name} has no rows of a copy of snapshot {snapshot.Id} with these options, so both sides are read.");
        Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
        ComparingTarget comparing = target.ForComparing();
        var origin = new TransferOrigin("", CopySetup.SelectionOf(arguments, source.Name), source.Name, snapshot.Id);
        TargetPlan plan = await comparing.PlanAsync(
            new TargetRequest(TransferId.Of(origin.Selection, snapshot.Id), origin, scan.OutputSchema, CopyMode.Append, []), cancellationToken);
        var reading = new CopyTransfer(
            snapshot, scan, source.NewReader(scan), comparing, plan, CopyCommand.ReadMemory(arguments), CopyCommand.ReadOptions(arguments)) { Notes = report };
        await report.FollowAsync(reading.RunAsync(cancellationToken), () => reading.Progress);
        return comparing.Comparison!;
    }
}
