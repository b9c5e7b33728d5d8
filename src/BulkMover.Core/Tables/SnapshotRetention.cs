namespace BulkMover.Core.Tables;

/// <summary>How long the files of a snapshot are kept at least.</summary>
/// <param name="Property">The table's property that decides it, as it is written; it may have its default.</param>
/// <param name="Length">What it says.</param>
/// <param name="Since">From when that counts; null while nothing has replaced the snapshot, which may happen at any time.</param>
public sealed record SnapshotRetention(string Property, TimeSpan Length, DateTimeOffset? Since)
{
    /// <summary>Never less than zero.</summary>
    public TimeSpan LeftAt(DateTimeOffset now)
    {
        TimeSpan left = Since is { } since ? Length - (now - since) : Length;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
