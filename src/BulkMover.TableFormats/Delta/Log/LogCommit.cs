using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>A log entry, <c>{version}.json</c>: the actions that made the version out of the one before.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Modified">When the file was written, if the store says so.</param>
internal sealed record LogCommit(long Version, long Bytes, DateTimeOffset? Modified)
{
    /// <param name="log">The log's directory.</param>
    public StoredObject FileIn(Location log) => new(log.Combine($"{Version:D20}.json"), Bytes, Modified);
}
