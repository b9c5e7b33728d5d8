namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>A server's HTTP interface and who uses it.</summary>
/// <param name="Server">Scheme, host and port.</param>
/// <param name="User">User name.</param>
/// <param name="Password">Empty for none. Never shown.</param>
public sealed record ServerEndpoint(Uri Server, string User, string Password)
{
    private readonly bool? near;

    /// <summary>Time until a connection is there or the server counts as unreachable.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time without any progress of a send, or of an answer to a question about metadata.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time for an answer to a statement that works: the end of an insert, a move, an exchange.</summary>
    public TimeSpan WorkTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Time without a sign of life after which another run may take a copy over.</summary>
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether it is on this machine: the processors are what lacks then, never the connection.</summary>
    public bool IsNear
    {
        get => near ?? Server.IsLoopback;
        init => near = value;
    }

    /// <summary>Of the rows of inserts.</summary>
    public WireCompression Compression { get; init; }

    public override string ToString() => $"{Server} as {User}";
}
