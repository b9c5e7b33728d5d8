using System.CommandLine;
using BulkMover.Cli.Arguments;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Targets;
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
        Description = "Inserts sent, or files written, at the same time. Default: as many inserts as it goes fastest with, found on the way; as many files as there are cores, from two to eight.",
        HelpName = "N",
    };

    private static readonly Option<int?> BlockRows = new("--block-rows")
    {
        Description = "Rows that are sent together at most, where --memory has room for them. Default: what the target takes best. `bulkmover tune` measures it.",
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
        "AZURE_STORAGE_ACCOUNT=account bulkmover copy delta+az://container/events clickhouse://me@db:8123/default/events",
        "bulkmover copy iceberg+s3://lake/orders delta+s3://other-lake/orders",
        "bulkmover copy parquet:/data/trips iceberg:/lake/trips --partition-by 'month(pickup), city' --mode append",
        "bulkmover copy parquet:/data/trips.parquet 'clickhouse+embedded:./ch?table=default.trips' --columns id,day --where 'day is not null'",
    ];

    public static Command New()
    {
        var command = new Command("copy", "Copy one snapshot of a table. Readers of the target see nothing of it until all rows have arrived.")
        {
            SharedOptions.From, SharedOptions.To, SharedOptions.Mode, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where,
            SharedOptions.OrderBy, SharedOptions.PartitionBy, SharedOptions.Engine, SharedOptions.Memory, SharedOptions.Readers, Writers, BlockRows, Chunk, SharedOptions.WireCompression, SharedOptions.MaxRequests, SharedOptions.Bandwidth, SharedOptions.Restart, SharedOptions.Verify, DryRun,
            SharedOptions.Output,
        };
        foreach (Option option in LakeArguments.All)
            command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        MemoryBudget budget = ReadMemory(arguments);
        CopyOptions options = ReadOptions(arguments);

        await using CopySides sides = await Patiently.RunAsync(
            report, stopping => CopySides.OpenAsync(arguments, arguments.GetRequiredValue(SharedOptions.To), report, stopping), cancellationToken);
        ITarget target = sides.Target!;
        bool isDry = arguments.GetValue(DryRun);
        if (!isDry && sides.Begun is { HasArrived: true } arrived)
        {
            report.Report($"All rows of snapshot {arrived.Origin.Snapshot} have arrived in earlier runs, and only have to be shown." +
                (sides.TakesLatest ? " Should the table have a later one, run the command again then." : ""));
            CopyResult end = await CommitTransfer.RunAsync(target, arrived, arguments.GetValue(SharedOptions.Verify), options.Patience, report, cancellationToken);
            report.Finished(await VerifyAsync(arguments, target, arrived.Transfer, arrived.Origin.Snapshot, end, report, cancellationToken));
            return 0;
        }

        CopySetup setup = await Patiently.RunAsync(report, stopping => CopySetup.PrepareAsync(arguments, sides, report, stopping), cancellationToken);
        CopyOutline outline = setup.Outline;
        TransferId transfer = outline.Target!.Request.Transfer;
        if (isDry)
        {
            report.Planned(outline);
            return 0;
        }

        report.Starting(outline);
        if (outline.Target.Earlier is { IsComplete: true } complete)
        {
            report.Finished(await VerifyAsync(arguments, target, transfer, outline.Snapshot.Id, CopyResult.OfComplete(complete), report, cancellationToken));
            return 0;
        }

        foreach (TransferRecord superseded in setup.Superseded)
        {
            await target.DiscardAsync(superseded.Transfer, cancellationToken);
            report.Report($"What an earlier run had copied of snapshot {superseded.Origin.Snapshot} was thrown away.");
        }

        var copy = new CopyTransfer(
            outline.Snapshot, setup.Scan, setup.Source.NewReader(outline.Snapshot, setup.Scan, options.BatchesFor(target.BestBatches, budget)), target, outline.Target, budget, options)
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

        report.Finished(await VerifyAsync(arguments, target, transfer, outline.Snapshot.Id, await running, report, cancellationToken));
        return 0;
    }

    /// <summary>What is visible is compared where it is now: what an earlier run has completed or begun to show, and tables of files always.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="target">Where the rows are.</param>
    /// <param name="transfer">Which.</param>
    /// <param name="snapshot">What was copied.</param>
    /// <param name="result">What was done.</param>
    /// <param name="report">Told what happens.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    private static async Task<CopyResult> VerifyAsync(
        ParseResult arguments, ITarget target, TransferId transfer, string snapshot, CopyResult result, IReport report, CancellationToken cancellationToken)
    {
        if (!arguments.GetValue(SharedOptions.Verify) || result.IsVerified)
            return result;
        bool isLake = TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To)).ClickHouse is null;
        Comparison? comparison = isLake ? await ReadBothAsync(arguments, snapshot, report, cancellationToken) : await AskAsync(target, transfer, report, cancellationToken);
        if (comparison is null or { IsEqual: true })
            return result with { IsVerified = comparison is not null };
        throw new RowsDifferException(
            isLake
                ? "The rows that the target has now are not those that were copied. If others have written to it since, theirs are among them, and `bulkmover verify` with --rows shows which; "
                    + "if not, run the command with --restart and --mode replace to copy again."
                : "The target's rows are not those that were read when they were copied. Remove them from the target, then run the command with --restart to copy again.",
            comparison);
    }

    private static async Task<Comparison?> AskAsync(ITarget target, TransferId transfer, IReport report, CancellationToken cancellationToken)
    {
        try
        {
            return await target.CompareAsync(transfer, cancellationToken);
        }
        catch (TargetException error) when (error.Code is "clickhouse.rows_of_others" or "clickhouse.rows_not_kept")
        {
            report.Report($"Not compared, for an earlier run has shown the rows already. {error.Message}");
            return null;
        }
    }

    private static async Task<Comparison> ReadBothAsync(ParseResult arguments, string snapshot, IReport report, CancellationToken cancellationToken)
    {
        report.Report("All rows are visible in the target. Both tables are read now, to compare them.");
        return await new LakeVerification(arguments, rows: 0, report) { Copied = snapshot }.RunAsync(cancellationToken);
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
        if (arguments.GetValue(BlockRows) is { } blockRows)
            options = options with { BlockRows = blockRows };
        if (arguments.GetValue(Chunk) is { } chunk)
            options = options with { ChunkBytes = ByteSize.Parse("--chunk", chunk) };

        string problems = string.Join(' ', options.Problems());
        return problems.Length == 0 ? options : throw new InvalidInputException("option.invalid", problems);
    }
}
