using BulkMover.Conformance;
using BulkMover.Conformance.Reading;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Hostile files are read by this program as a child, so that a crash is a test's result and not the end of the run. The rest is what
// xunit generates for a program of tests.
return args switch
{
    [TableCommand.Name, .. string[] arguments] => await TableCommand.RunAsync(arguments),
    _ when args.Contains("--server") => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    _ => await ConsoleRunner.Run(args),
};
