using System.CommandLine;
using BulkMover.Cli.Reports;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover plan FROM [TO]</c>: what would move, from metadata alone.</summary>
public static class PlanCommand
{
    private static readonly Argument<string?> To = new("TO")
    {
        Description = SharedOptions.To.Description + " Without it only the source is planned.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static string[] Examples { get; } =
    [
        "bulkmover plan iceberg:/lake/orders",
        "bulkmover plan delta:/lake/events clickhouse://me@db:8123/default/events --where \"day >= '2026-01-01'\"",
    ];

    public static Command New()
    {
        var command = new Command("plan", "Show what a copy would move and how each type arrives, from metadata alone. Changes nothing.")
        {
            SharedOptions.From, To, SharedOptions.Mode, SharedOptions.Snapshot, SharedOptions.Columns, SharedOptions.Where,
            SharedOptions.OrderBy, SharedOptions.PartitionBy, SharedOptions.Engine, SharedOptions.MaxRequests, SharedOptions.Output,
        };
        foreach (Option option in LakeArguments.All)
            command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        IReport report = Report.For(arguments);
        await using CopySides sides = await Patiently.RunAsync(
            report, stopping => CopySides.OpenAsync(arguments, arguments.GetValue(To), report, stopping), cancellationToken);
        report.Planned((await Patiently.RunAsync(report, stopping => CopySetup.PrepareAsync(arguments, sides, report, stopping), cancellationToken)).Outline);
        return 0;
    }
}
