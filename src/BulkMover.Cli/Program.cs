using BulkMover.Cli.Commands;

return await CommandLine.RunAsync(args);
