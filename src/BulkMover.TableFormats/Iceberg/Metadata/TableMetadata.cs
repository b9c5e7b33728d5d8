using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>What a metadata.json says (Iceberg spec, "Table Metadata Fields"), v1 fields turned into those of v2.</summary>
internal sealed record TableMetadata
{
    public required int FormatVersion { get; init; }

    /// <summary>Where the writers believe the table is, as written.</summary>
    public required string Location { get; init; }

    public required IReadOnlyDictionary<int, IcebergSchema> Schemas { get; init; }

    public required IcebergSchema CurrentSchema { get; init; }

    public required IReadOnlyDictionary<int, PartitionSpec> Specs { get; init; }

    public required PartitionSpec DefaultSpec { get; init; }

    public required SortOrder DefaultSortOrder { get; init; }

    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>In the order of the file: as they were committed.</summary>
    public required IReadOnlyList<Snapshot> Snapshots { get; init; }

    /// <summary>Null when the table has no rows yet; v1 and v2 write -1 for that.</summary>
    public required long? CurrentSnapshotId { get; init; }

    /// <summary>Which snapshot was current since when, oldest first.</summary>
    public required IReadOnlyList<SnapshotLogEntry> SnapshotLog { get; init; }

    public required IReadOnlyDictionary<string, SnapshotReference> References { get; init; }

    public required bool HasStatistics { get; init; }
}
