using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>Finds the snapshot that a selector names.</summary>
/// <param name="metadata">The table's metadata.</param>
/// <param name="table">The table, for messages.</param>
internal sealed class SnapshotChoice(TableMetadata metadata, Location table)
{
    private const string MainBranch = "main";

    /// <summary>How many of the newest snapshots an error lists.</summary>
    private const int Listed = 5;

    /// <returns>The snapshot, null for a table that has none yet; and whether it is read with the table's current schema.</returns>
    public (Snapshot? Snapshot, bool CurrentSchema) Choose(SnapshotSelector? selector)
    {
        if (selector is null || (selector.Text == MainBranch && !metadata.References.ContainsKey(MainBranch)))
            return (metadata.CurrentSnapshotId is { } current ? Find(current, "current-snapshot-id") : null, true);
        if (metadata.References.TryGetValue(selector.Text, out SnapshotReference? reference))
            return (Find(reference.SnapshotId, $"refs.{selector.Text}"), reference.IsBranch);
        if (selector.Id is { } id)
            return (metadata.Snapshots.FirstOrDefault(snapshot => snapshot.Id == id) ?? throw Unknown($"snapshot {id}"), false);
        return selector.AsOf is { } instant ? (AsOf(instant), false) : throw Unknown($"branch or tag '{selector.Text}'");
    }

    private Snapshot AsOf(DateTimeOffset instant)
    {
        if (metadata.SnapshotLog.Count == 0)
        {
            throw new InvalidInputException("iceberg.snapshot_log_missing",
                $"'{table}' keeps no snapshot log, so what was current at {Text(instant)} is not known. Name a snapshot id instead. {Existing()}");
        }

        SnapshotLogEntry entry = metadata.SnapshotLog.LastOrDefault(entry => entry.Since <= instant)
            ?? throw new InvalidInputException("iceberg.snapshot_unknown",
                $"The snapshot log of '{table}' begins at {Text(metadata.SnapshotLog[0].Since)}, after {Text(instant)}. {Existing()}");
        return metadata.Snapshots.FirstOrDefault(snapshot => snapshot.Id == entry.SnapshotId)
            ?? throw Unknown($"snapshot {entry.SnapshotId}, current at {Text(instant)},");
    }

    private Snapshot Find(long id, string field) =>
        metadata.Snapshots.FirstOrDefault(snapshot => snapshot.Id == id) ?? throw new CorruptTableException("iceberg.metadata_invalid",
            $"'{field}' of the table '{table}' is {id}, which is not in 'snapshots'. Restore the metadata. {Existing()}");

    private InvalidInputException Unknown(string what) =>
        new("iceberg.snapshot_unknown", $"'{table}' has no {what}; it may have expired. {Existing()}");

    private string Existing()
    {
        IEnumerable<string> newest = metadata.Snapshots.OrderByDescending(snapshot => snapshot.CommittedAt).Take(Listed)
            .Select(snapshot => $"{snapshot.Id} ({Text(snapshot.CommittedAt)})");
        string names = string.Join(", ", metadata.References.Keys.Order(StringComparer.Ordinal));
        return $"Newest of {metadata.Snapshots.Count} snapshots: {string.Join(", ", newest)}. "
            + $"Branches and tags: {(names.Length == 0 ? MainBranch : names)}.";
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
