namespace BulkMover.Databases.ClickHouse.Native.Partitions;

/// <summary>The rows of a batch that belong to one partition.</summary>
/// <param name="Partition">Hash of the partition's key: the same in every batch.</param>
/// <param name="Rows">Their numbers, ascending.</param>
public readonly record struct PartitionRows(ulong Partition, ReadOnlyMemory<int> Rows);
