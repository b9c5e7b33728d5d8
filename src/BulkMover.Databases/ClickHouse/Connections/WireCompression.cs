namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>How rows are compressed on their way to a server.</summary>
public enum WireCompression
{
    /// <summary>Not at all to a server of this machine; to others by what the first rows show (<see cref="WireChoice"/>).</summary>
    Auto,

    None,

    /// <summary>Zstandard, of a level that keeps up with a fast network.</summary>
    Zstd,
}
