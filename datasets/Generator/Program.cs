using System.CommandLine;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Datasets.Deletes;
using BulkMover.Datasets.Engines;
using BulkMover.Datasets.Flights;
using BulkMover.Datasets.Lineitem;
using BulkMover.Datasets.ManyFiles;
using BulkMover.Datasets.Shapes;

// The engine that writes the Iceberg table is this program again.
if (args is [EmbeddedHost.Command, ..]) return EmbeddedHost.Run(args.AsSpan(1));

var root = new RootCommand("Makes the datasets that demo, tests and measurements use.")
{
    LineitemCommand.Create(), ShapesCommand.Create(), FlightsCommand.Create(), ManyFilesCommand.Create(), DeletesCommand.Create(), QueryCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BulkMoverException error)
{
    await Console.Error.WriteLineAsync($"error {error.Code}: {error.Message}");
    return error.ExitCode;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"error datasets.io: {error.Message}");
    return 3;
}
catch (OperationCanceledException)
{
    return 130;
}
