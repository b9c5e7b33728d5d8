using System.Net;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <param name="DataDirectory">Where tables are kept; made if it is not there.</param>
/// <param name="Host">How the child process is started.</param>
public sealed record EmbeddedServerOptions(string DataDirectory, HostCommand Host)
{
    /// <summary>Current directory of the server: <c>icebergLocal()</c> and the like see only what is below it. Null: the data directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Loopback address and port of its HTTP interface; port 0 for any that is free.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>A ClickHouse configuration file, for users with passwords and server settings.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The library takes a second from a cold disk, and minutes on a machine that swaps.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A server whose parent was killed needs two seconds to let go of the directory.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Told about slow steps, such as fetching the library.</summary>
    public IProgress<string>? Progress { get; init; }
}
