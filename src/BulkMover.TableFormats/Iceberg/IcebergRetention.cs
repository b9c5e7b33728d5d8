using System.Globalization;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>When a snapshot may be expired (Iceberg spec, "Snapshot Retention Policy"). Ages that single branches have of their own are not looked at.</summary>
internal static class IcebergRetention
{
    private const string Property = "history.expire.max-snapshot-age-ms";

    /// <returns>Null for a snapshot that a tag keeps: "for good" is the default of tags.</returns>
    public static SnapshotRetention? Of(TableMetadata metadata, Snapshot snapshot)
    {
        SnapshotReference[] references = [.. metadata.References.Values.Where(reference => reference.SnapshotId == snapshot.Id)];
        if (references.Any(reference => !reference.IsBranch))
            return null;
        TimeSpan age = metadata.Properties.TryGetValue(Property, out string? text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromDays(5);
        // The head of a branch is always kept. Its age counts from its commit once it is replaced; but a table that was not written for long
        // will hardly be written now, and warning of that would be warning of every table at rest.
        bool isHead = references.Length > 0 || snapshot.Id == metadata.CurrentSnapshotId;
        return new SnapshotRetention(Property, age, isHead ? null : snapshot.CommittedAt);
    }
}
