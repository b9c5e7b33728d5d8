namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>From this instant on the snapshot was the current one.</summary>
internal sealed record SnapshotLogEntry(DateTimeOffset Since, long SnapshotId);
