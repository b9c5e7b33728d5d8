using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;

// The tests' own program: the engine's child process, and a parent of one that a test can kill.
return args switch
{
    [EmbeddedHost.Command, .. string[] arguments] => EmbeddedHost.Run(arguments),
    [KillableParent.Command, string directory] => await KillableParent.RunAsync(directory),
    _ => 1,
};
