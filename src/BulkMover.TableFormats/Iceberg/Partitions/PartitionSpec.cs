namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>How the files of a manifest are partitioned (Iceberg spec, "Partitioning").</summary>
internal sealed record PartitionSpec(int Id, IReadOnlyList<PartitionField> Fields);
