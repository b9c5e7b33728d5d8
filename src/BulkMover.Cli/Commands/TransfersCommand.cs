using System.CommandLine;
using BulkMover.Cli.Targets;
using BulkMover.Core.Targets;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover transfers TO</c>: the copies into a table, finished or not.</summary>
public static class TransfersCommand
{
    public static string[] Examples { get; } = ["bulkmover transfers clickhouse://me@db:8123/default/orders", "bulkmover transfers iceberg+s3://lake/orders"];

    public static Command New()
    {
        var command = new Command("transfers", "List the copies into a table that it remembers: which are unfinished, how far they are, and which have arrived and only have to be shown. Changes nothing.")
        {
            SharedOptions.To, SharedOptions.Output,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var report = Report.For(arguments);
            await using ITarget target = await TargetOpener.OpenAsync(arguments, TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To)), report, cancellationToken);
            report.Listed(await target.TransfersAsync(cancellationToken));
        });
        return command;
    }
}
