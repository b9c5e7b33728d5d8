using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Engine.Metrics;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Catalogs;

namespace BulkMover.Cli.Commands;

/// <summary>
/// <c>bulkmover inspect FROM</c>: schema, snapshots, features used, what is unreadable and why. <c>bulkmover inspect --features</c>: the
/// features of all formats, each with whether it is read.
/// </summary>
public static class InspectCommand
{
    private static readonly Argument<string?> From = new("FROM")
    {
        Description = SharedOptions.From.Description + " Left out with --features.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> ListFeatures = new("--features")
    {
        Description = "Show what is read, harmless or refused of each format, whatever the table.",
    };

    /// <summary>By format, as the features of tables are told.</summary>
    public static IReadOnlyList<FeatureList> Features { get; } = [IcebergFeatures.All, CatalogFeatures.All, DeltaFeatures.All, ParquetFeatures.All];

    public static string[] Examples { get; } =
    [
        "bulkmover inspect iceberg:/lake/orders",
        "bulkmover inspect delta:/lake/events --snapshot 12 --output json",
        "bulkmover inspect 'iceberg+rest:https://catalog/api?table=sales.orders&warehouse=lake'",
        "bulkmover inspect --features",
    ];

    public static Command New()
    {
        var command = new Command("inspect", "Show a table's schema, snapshots and features, and whether each is read.")
        {
            From, ListFeatures, SharedOptions.Snapshot, SharedOptions.Output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ListFeatures) == (result.GetValue(From) is not null))
                result.AddError("Give either FROM or --features.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        if (arguments.GetValue(From) is not { } from)
        {
            report.Listed(Features);
            return 0;
        }

        Source source = await SourceOpener.OpenAsync(from, cancellationToken);
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
