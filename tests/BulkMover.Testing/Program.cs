using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;

// The tests' own program: the engine's child process, one that replicates, and a parent of one that a test can kill.
return args switch
{
    [EmbeddedHost.Command, .. string[] arguments] => EmbeddedHost.Run(arguments),
    [ReplicaHost.Command, .. string[] arguments] => ReplicaHost.Run(arguments),
    [KillableParent.Command, string directory] => await KillableParent.RunAsync(directory),
    _ => 1,
};
