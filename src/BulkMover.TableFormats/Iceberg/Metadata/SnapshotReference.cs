namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>A branch or a tag (Iceberg spec, "Snapshot References").</summary>
internal sealed record SnapshotReference(long SnapshotId, bool IsBranch);
