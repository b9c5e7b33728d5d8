using System.CommandLine;

namespace BulkMover.Datasets.Engines;

/// <summary><c>query</c>: to look at what was copied into an embedded engine.</summary>
internal static class QueryCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "The engine's directory", Required = true };
        data.AcceptExistingOnly();
        var sql = new Argument<string>("sql") { Description = "One statement" };
        var command = new Command("query", "Asks the tables in an embedded ClickHouse's directory") { data, sql };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using Engine engine = await Engine.StartAsync(parsed.GetRequiredValue(data).FullName, cancellationToken);
            Console.WriteLine(await engine.RunAsync(parsed.GetRequiredValue(sql), cancellationToken, "default_format=PrettyCompactMonoBlock", "output_format_pretty_color=0"));
        });
        return command;
    }
}
