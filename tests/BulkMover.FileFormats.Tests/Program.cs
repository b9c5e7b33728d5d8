using BulkMover.FileFormats.Tests;
using BulkMover.FileFormats.Tests.Parquet.Mutations;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Damaged files are read by this program as a child, so that a crash of native code is a test's result and not the end of the run. The
// rest is what xunit generates for a program of tests.
return args switch
{
    [MutationReader.Command, .. string[] arguments] => await MutationReader.RunAsync(arguments),
    [MutationRun.Command, string directory, string seed, string count] => await MutationRun.PrintAsync(directory, seed, count),
    _ when args.Contains("--server") => await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    _ => await ConsoleRunner.Run(args),
};
