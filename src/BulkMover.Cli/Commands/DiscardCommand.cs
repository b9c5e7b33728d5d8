using System.CommandLine;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;

namespace BulkMover.Cli.Commands;

/// <summary><c>bulkmover discard TO TRANSFER</c>: removes what a copy that nobody will finish has left.</summary>
public static class DiscardCommand
{
    private static readonly Argument<string> Transfer = new("TRANSFER") { Description = "Its id: 16 hex digits, as `bulkmover transfers TO` shows it." };

    public static string[] Examples { get; } =
    [
        "bulkmover discard clickhouse://me@db:8123/default/orders 0f3a5c7e9b1d2468",
        "bulkmover discard delta:/lake/orders 0f3a5c7e9b1d2468",
    ];

    public static Command New()
    {
        var command = new Command("discard", "Remove what an unfinished copy has left in the target. Rows that readers see stay.")
        {
            SharedOptions.To, Transfer, SharedOptions.Output,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var report = Report.For(arguments);
            var transfer = new TransferId(arguments.GetRequiredValue(Transfer));
            if (transfer.Value.Length != 16 || !transfer.Value.All(char.IsAsciiHexDigitLower))
                throw new InvalidInputException("transfer.invalid", $"'{transfer}' is no transfer: it is 16 hex digits, as `bulkmover transfers TO` shows them.");
            await using ITarget target = await TargetOpener.OpenAsync(arguments, TargetAddress.Parse(arguments.GetRequiredValue(SharedOptions.To)), report, cancellationToken);
            await target.DiscardAsync(transfer, cancellationToken);
            report.Report($"Nothing is left of transfer {transfer}.");
        });
        return command;
    }
}
