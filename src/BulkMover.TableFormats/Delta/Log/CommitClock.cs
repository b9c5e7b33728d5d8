using System.Globalization;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Which of its times is that of a version (PROTOCOL.md, "Recommendations for Readers of Tables with In-Commit Timestamps"): from the version on
/// that enabled in-commit timestamps, these; before it the time at which the commit's file was written.
/// </summary>
internal sealed class CommitClock
{
    private const string Property = "delta.enableInCommitTimestamps";
    private const string VersionProperty = "delta.inCommitTimestampEnablementVersion";
    private const string TimeProperty = "delta.inCommitTimestampEnablementTimestamp";

    private readonly long inCommitFrom = long.MaxValue;
    private readonly DateTimeOffset? enabledAt;
    private DateTimeOffset? lastWritten;

    /// <param name="protocol">Of the latest version.</param>
    /// <param name="metadata">Of the latest version.</param>
    public CommitClock(TableProtocol protocol, TableMetadata metadata)
    {
        // Without a version that enabled them, the table has had them from its first.
        if (protocol.WriterFeatures?.Contains("inCommitTimestamp") == true && bool.TryParse(Value(Property), out bool enabled) && enabled)
        {
            inCommitFrom = Number(VersionProperty) ?? 0;
            enabledAt = Number(TimeProperty) is { } milliseconds ? Instants.FromMilliseconds(milliseconds) : null;
        }

        string? Value(string key) => metadata.Configuration?.GetValueOrDefault(key);
        long? Number(string key) => long.TryParse(Value(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
    }

    /// <summary>True when the version's time is an in-commit timestamp.</summary>
    public bool IsInCommit(long version) => version >= inCommitFrom;

    /// <summary>"If timestamp X >= enablement timestamp, only table versions >= enablement version should be considered, otherwise only those before."</summary>
    public bool Considers(long version, DateTimeOffset time) =>
        inCommitFrom is 0 or long.MaxValue || enabledAt is null || IsInCommit(version) == time >= enabledAt;

    /// <summary>
    /// Null when it is not known. Versions are asked in ascending order: where files that were written within the same millisecond, or by
    /// clocks that disagree, would be out of order, a version counts as one millisecond younger than the one before (so does Delta's own reader).
    /// </summary>
    public DateTimeOffset? TimeOf(long version, StoredObject? commit, ProvenanceAction? provenance)
    {
        if (IsInCommit(version))
            return provenance?.InCommitTimestamp;
        // A store that tells no time leaves only the writer's word.
        DateTimeOffset? written = commit?.Modified is { } modified ? Instants.FromMilliseconds(modified.ToUnixTimeMilliseconds()) : provenance?.Timestamp;
        if (written <= lastWritten)
            written = lastWritten.Value.AddMilliseconds(1);
        lastWritten = written ?? lastWritten;
        return written;
    }
}
