using BulkMover.FileFormats.Parquet;

namespace BulkMover.TableFormats.Targets;

/// <summary>A data file of the source that can be one of the target as it is.</summary>
/// <param name="Footer">Its footer.</param>
/// <param name="Partition">Of all its rows.</param>
/// <param name="Deleted">Its deleted rows as <see cref="DeletedPositions"/> has them; null when it has none.</param>
internal sealed record FittingFile(ParquetFooter Footer, PartitionTuple Partition, IEnumerable<long>? Deleted);
