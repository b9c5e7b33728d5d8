using System.CommandLine;
using BulkMover.Cli.Arguments;
using BulkMover.Cli.Reports;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover copy FROM TO</c>: moves one snapshot.</summary>
public static class CopyCommand
{
    private static readonly Option<string?> Memory = new("--memory")
    {
        Description = "Memory for data on its way: 512MiB, 2GiB. Default: a quarter of the machine's or container's, at least 256MiB.",
        HelpName = "SIZE",
    };

    private static readonly Option<int?> Readers = new("--readers")
    {
        Description = "Row groups decoded at the same time at most. Default: from the number of cores.",
        HelpName = "N",
    };

    private static readonly Option<int?> Writers = new("--writers")
    {
        Description = "Inserts sent at the same time at most. Default: from the number of cores.",
        HelpName = "N",
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
            SharedOptions.OrderBy, SharedOptions.PartitionBy, SharedOptions.Engine, Memory, Readers, Writers, SharedOptions.Restart, DryRun,
            SharedOptions.Output,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        var budget = new MemoryBudget(arguments.GetValue(Memory) is { } size ? ByteSize.Parse("--memory", size) : MemoryBudget.DefaultBytes());
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
            report.Finished(CopyResult.OfComplete(complete.Rows));
            return 0;
        }

        foreach (TransferRecord superseded in setup.Superseded)
        {
            await setup.Target!.DiscardAsync(superseded.Transfer, cancellationToken);
            report.Report($"What an earlier run had copied of snapshot {superseded.Origin.Snapshot} was thrown away.");
        }

        var copy = new CopyTransfer(
            outline.Snapshot, setup.Scan, setup.Source.NewReader(setup.Scan), setup.Target!, outline.Target!, budget, options)
        {
            Planned = outline.Survey,
            Notes = report,
        };
        Task<CopyResult> running = copy.RunAsync(cancellationToken);
        await report.FollowAsync(running, () => copy.Progress);
        report.Finished(await running);
        return 0;
    }

    private static CopyOptions ReadOptions(ParseResult arguments)
    {
        var options = new CopyOptions();
        if (arguments.GetValue(Readers) is { } readers)
            options = options with { Readers = readers };
        if (arguments.GetValue(Writers) is { } writers)
            options = options with { Writers = writers };

        string problems = string.Join(' ', options.Problems());
        return problems.Length == 0 ? options : throw new InvalidInputException("option.invalid", problems);
    }
}
