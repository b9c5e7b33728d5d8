using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Tuning;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover tune FROM TO</c>: which options a copy goes fastest with.</summary>
public static class TuneCommand
{
    private static readonly Option<string?> Plot = new("--plot")
    {
        Description = "Also draw rows a second, CPU and memory over readers, writers and block rows into this file: *.png or *.svg.",
        HelpName = "FILE",
    };

    public static string[] Examples { get; } =
    [
        "bulkmover tune iceberg+s3://lake/orders clickhouse://me@db:8123/default/orders",
        "bulkmover tune parquet:/data/trips clickhouse://me@db:8123/default/trips --plot trips.svg",
    ];

    public static Command New()
    {
        var command = new Command("tune",
            "Measure which --readers, --writers and --block-rows a copy goes fastest with, and whether it finds them by itself. Copies samples of some seconds each, four minutes in all, into tables of its own beside TO, " +
            "as a copy does, and removes them but for the empty ledger. TO itself is not changed. Give the options of the copy.")
        {
            SharedOptions.From, SharedOptions.To, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where, SharedOptions.OrderBy, SharedOptions.PartitionBy, SharedOptions.Engine,
            SharedOptions.Memory, SharedOptions.WireCompression, SharedOptions.MaxRequests, SharedOptions.Bandwidth, Plot, SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        string? plot = arguments.GetValue(Plot);
        TuningPlot.ThrowIfUnwritable(plot);
        long memory = CopyCommand.ReadMemory(arguments).Bytes;
        TargetAddress address = TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To));
        if (address.ClickHouse is null)
        {
            throw new InvalidInputException("tune.target_unsupported",
                "Samples are taken of copies into ClickHouse. Into tables of files as many files are written at once as there are cores, from two to eight, and --writers says otherwise; readers are found by the copy itself.");
        }

        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), SharedOptions.RequestLimits(arguments), cancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken);
        Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
        await using ITarget target = await TargetOpener.OpenAsync(arguments, address, report, cancellationToken);
        Survey survey = await Survey.TakeAsync(snapshot, scan, cancellationToken);
        var sampling = new Sampling(snapshot, scan, batches => source.NewReader(snapshot, scan, batches), target, RequestOf(arguments, source, snapshot, scan, target), survey, memory);
        TuningResult result;
        try
        {
            result = await TuningGrid.RunAsync((point, before, stopping) => sampling.TakeAsync(point, before, TuningGrid.SampleTime, stopping),
                (number, sample) => report.Report($"sample {number} of {TuningGrid.Samples}: {Describe.Point(sample)}"), cancellationToken);
        }
        catch (Exception failure)
        {
            await CleanUpAsync(sampling, failure);
            throw;
        }

        await sampling.RemoveAsync();
        // What took minutes is told first, should the file not come to be.
        report.Tuned(result, plot);
        TuningPlot.Write(plot, result);
        return 0;
    }

    /// <summary>What fails then only goes along with the failure: the next run removes what is left.</summary>
    private static async Task CleanUpAsync(Sampling sampling, Exception failure)
    {
        try
        {
            await sampling.RemoveAsync();
        }
        catch (BulkMoverException error)
        {
            failure.Data["cleaning up"] = error.Message;
        }
    }

    /// <summary>Of all samples into a table, whatever they are of: what was left by one that was killed, the next one takes over and removes.</summary>
    private static TargetRequest RequestOf(ParseResult arguments, Source source, ITableSnapshot snapshot, Scan scan, ITarget target)
    {
        var id = TransferId.Of("tune", target.Name);
        var origin = new TransferOrigin(id.Value, CopySides.SelectionOf(arguments, source.Name), source.Name, snapshot.Id);
        return new TargetRequest(id, origin, scan.OutputSchema, CopyMode.Append, CopySetup.CopiedSortOrder(snapshot, scan)) { PartitionTerms = snapshot.PartitionTerms };
    }
}
