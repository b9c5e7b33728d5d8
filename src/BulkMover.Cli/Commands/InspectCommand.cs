using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover inspect FROM</c>: schema, snapshots, features used, what is unreadable and why.</summary>
public static class InspectCommand
{
    public static string[] Examples { get; } =
    [
        "bulkmover inspect iceberg:/lake/orders",
        "bulkmover inspect delta:/lake/events --snapshot 12 --output json",
        "bulkmover inspect 'iceberg+rest:https://catalog/api?table=sales.orders&warehouse=lake'",
    ];

    public static Command New()
    {
        var command = new Command("inspect", "Show a table's schema, snapshots and features, and whether each is read.")
        {
            SharedOptions.From, SharedOptions.Snapshot, SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), cancellationToken);
        ITableSnapshot snapshot = await source.OpenSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken);

        var snapshots = new List<SnapshotSummary>();
        await foreach (SnapshotSummary summary in source.Table.SnapshotsAsync(cancellationToken))
            snapshots.Add(summary);

        (Survey? survey, BulkMoverException? refusal) = await SurveyAsync(source, snapshot, cancellationToken);
        report.Inspected(new TableOutline(source.Name, source.Table.Format, snapshot, snapshots, survey, refusal));
        return 0;
    }

    /// <summary>A refusal is what the user asked to see here, so it is a result and not a failure; a broken table stays an error.</summary>
    private static async Task<(Survey? Survey, BulkMoverException? Refusal)> SurveyAsync(
        Source source, ITableSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            FeatureGate.ThrowIfRefused(source.Table.Format, source.Name, snapshot.Features);
            var scan = new Scan(snapshot, columns: null, where: null);
            return (await Survey.TakeAsync(snapshot, scan, cancellationToken), null);
        }
        catch (UnsupportedFeatureException refusal)
        {
            return (null, refusal);
        }
    }
}
