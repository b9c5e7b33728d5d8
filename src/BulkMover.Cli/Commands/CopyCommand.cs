using System.CommandLine;
using BulkMover.Cli.Arguments;
using BulkMover.Cli.Reports;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover copy FROM TO</c>: moves one snapshot.</summary>
public static class CopyCommand
{
    private static readonly Option<int?> Writers = new("--writers")
    {
        Description = "Inserts sent at the same time at most. Default: from the number of cores.",
        HelpName = "N",
    };

    private static readonly Option<string?> Chunk = new("--chunk")
    {
        Description = "Data files that arrive together, which is what a stopped copy reads again: 64MiB, 4GiB. Default: 1GiB, or what comes in a minute.",
        HelpName = "SIZE",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Check both sides and show the plan, then stop.",
    };

    public static string[] Examples { get; } =
    [
        "bulkmover copy iceberg:/lake/orders clickhouse://me@db:8123/default/orders",
        "bulkmover copy delta:/lake/events clickhouse://me@db:8123/default/events --mode replace --partition-by 'toYYYYMM(day)'",
        "bulkmover copy parquet:/data/trips.parquet 'clickhouse+embedded:./ch?table=default.trips' --columns id,day --where 'day is not null'",
    ];

    public static Command New()
    {
        var command = new Command("copy", "Copy one snapshot of a table. Readers of the target see nothing of it until all rows have arrived.")
        {
            SharedOptions.From, SharedOptions.To, SharedOptions.Mode, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where,
            SharedOptions.OrderBy, SharedOptions.PartitionBy, SharedOptions.Engine, SharedOptions.Memory, SharedOptions.Readers, Writers, Chunk, SharedOptions.Restart, SharedOptions.Verify, DryRun,
            SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        MemoryBudget budget = ReadMemory(arguments);
        CopyOptions options = ReadOptions(arguments);

        await using CopySetup setup = await CopySetup.PrepareAsync(arguments, arguments.GetRequiredValue(SharedOptions.To), report, cancellationToken);
        CopyOutline outline = setup.Outline;
        if (arguments.GetValue(DryRun))
        {
            report.Planned(outline);
            return 0;
        }

        report.Starting(outline);
        if (outline.Target!.Earlier is { IsComplete: true } complete)
        {
            Comparison? compared = arguments.GetValue(SharedOptions.Verify) ? await setup.Target!.CompareAsync(complete.Transfer, cancellationToken) : null;
            if (compared is { IsEqual: false })
                throw new RowsDifferException("An earlier run has completed this copy, and the target's rows are not those that were read then. Run the command with --restart to copy again.", compared);
            report.Finished(CopyResult.OfComplete(complete.Rows), compared is not null);
            return 0;
        }

        foreach (TransferRecord superseded in setup.Superseded)
        {
            await setup.Target!.DiscardAsync(superseded.Transfer, cancellationToken);
            report.Report($"What an earlier run had copied of snapshot {superseded.Origin.Snapshot} was thrown away.");
        }

        var copy = new CopyTransfer(
            outline.Snapshot, setup.Scan, setup.Source.NewReader(outline.Snapshot, setup.Scan), setup.Target!, outline.Target!, budget, options)
        {
            Planned = outline.Survey,
            Notes = report,
        };
        Task<CopyResult> running = copy.RunAsync(cancellationToken);
        try
        {
            await report.FollowAsync(running, () => copy.Progress);
        }
        catch (BulkMoverException error) when (error is not RowsDifferException)
        {
            // Rows that differ are not gone on with, and may be visible already.
            TransferProgress end = copy.Progress;
            if (end.ArrivedChunks > 0)
                report.Report(Describe.ArrivedAndStay(end.ArrivedChunks, end.SkippedRows));
            throw;
        }

        report.Finished(await running, arguments.GetValue(SharedOptions.Verify));
        return 0;
    }

    public static MemoryBudget ReadMemory(ParseResult arguments) =>
        new(arguments.GetValue(SharedOptions.Memory) is { } size ? ByteSize.Parse("--memory", size) : MemoryBudget.DefaultBytes());

    public static CopyOptions ReadOptions(ParseResult arguments)
    {
        var options = new CopyOptions();
        if (arguments.GetValue(SharedOptions.Readers) is { } readers)
            options = options with { Readers = readers };
        if (arguments.GetValue(Writers) is { } writers)
            options = options with { Writers = writers };
        if (arguments.GetValue(Chunk) is { } chunk)
            options = options with { ChunkBytes = ByteSize.Parse("--chunk", chunk) };

        string problems = string.Join(' ', options.Problems());
        return problems.Length == 0 ? options : throw new InvalidInputException("option.invalid", problems);
    }
}
