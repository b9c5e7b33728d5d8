using System.CommandLine;
using System.Diagnostics;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover verify FROM TO</c>: whether the target has exactly the source's rows.</summary>
public static class VerifyCommand
{
    private static readonly Option<int> Rows = new("--rows")
    {
        Description = "Also show so many rows that differ, with their keys and their files; both sides are read again for it. Default: 0.",
        HelpName = "N",
    };

    public static string[] Examples { get; } =
    [
        "bulkmover verify iceberg:/lake/orders clickhouse://me@db:8123/default/orders",
        "bulkmover verify delta:/lake/events clickhouse://me@db:8123/default/events --snapshot 41 --rows 10",
        "bulkmover verify iceberg+s3://lake/orders delta+s3://other-lake/orders",
    ];

    public static Command New()
    {
        var command = new Command("verify",
            "Prove that the target has exactly the rows of a snapshot, or say where it differs. In ClickHouse only the target is read after a copy that has completed, else both sides are; tables of files are both read. " +
            "Give the options of the copy. Changes nothing. Exit code 0: equal, 4: different.")
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
        TargetAddress address = TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To));
        long begin = Stopwatch.GetTimestamp();
        Comparison comparison = address.ClickHouse is { } table
            ? await new ClickHouseVerification(arguments, rows, report).RunAsync(table, cancellationToken)
            : await new LakeVerification(arguments, rows, report).RunAsync(cancellationToken);
        report.Compared(comparison, Stopwatch.GetElapsedTime(begin));
        return comparison.IsEqual ? 0 : RowsDifferException.DifferentExitCode;
    }
}
