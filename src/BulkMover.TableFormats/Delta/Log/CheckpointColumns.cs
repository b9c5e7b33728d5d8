using Apache.Arrow;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>What is wanted of a checkpoint's files beside path, size and deletion vector.</summary>
/// <param name="Statistics">Top-level columns whose statistics are wanted; the row count always is.</param>
/// <param name="Partitions">The partition columns.</param>
internal sealed record CheckpointColumns(IReadOnlyList<Field> Statistics, IReadOnlyList<Field> Partitions)
{
    public static CheckpointColumns Identity { get; } = new([], []);
}
