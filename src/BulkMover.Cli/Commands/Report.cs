using System.CommandLine;
using BulkMover.Cli.Reports;

namespace BulkMover.Cli.Commands;

internal static class Report
{
    /// <summary>The report that <c>--output</c> asks for; also when the rest of the command line is wrong, so that scripts get their error as JSON.</summary>
    public static IReport For(ParseResult arguments)
    {
        var text = new TextReport(Console.Out, Console.Error);
        bool json = arguments.GetResult(SharedOptions.Output)?.Tokens is [{ Value: "json" }];
        return json ? new JsonReport(Console.Out, text) : text;
    }
}
