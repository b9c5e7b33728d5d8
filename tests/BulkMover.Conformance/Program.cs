using BulkMover.Conformance.Reading;
using Xunit.Runner.InProc.SystemConsole;

// Hostile files are read by this program as a child, so that a crash is a test's result and not the end of the run.
return args is [TableCommand.Name, .. string[] arguments]
    ? await TableCommand.RunAsync(arguments)
    : await ConsoleRunner.Run(args);
