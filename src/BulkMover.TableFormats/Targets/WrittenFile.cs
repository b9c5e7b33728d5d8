using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.TableFormats.Targets;

/// <summary>A data file that is whole in the store, and no part of the table yet.</summary>
/// <param name="Path">Below the table's directory, literal, <c>/</c> between segments.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Rows">Its rows, deleted ones included.</param>
/// <param name="Partition">Values of <see cref="TableWrite.Partitions"/>, in that order, each of its result type.</param>
/// <param name="Columns">Of its leaf columns, in the order of the file's schema; empty where <see cref="TableWrite.KeepsMetrics"/> is false.</param>
/// <param name="RowGroupOffsets">Where its row groups begin, in bytes; as above.</param>
internal sealed record WrittenFile(
    string Path, long Bytes, long Rows, IReadOnlyList<Scalar> Partition, IReadOnlyList<LeafMetrics> Columns, IReadOnlyList<long> RowGroupOffsets)
{
    /// <summary>Its deleted rows; null when it has none. Bounds and counts of <see cref="Columns"/> have them in.</summary>
    public WrittenDeletes? Deletes { get; init; }

    /// <summary>Rows that readers of the table will see.</summary>
    public long LiveRows => Rows - (Deletes?.Rows ?? 0);
}
