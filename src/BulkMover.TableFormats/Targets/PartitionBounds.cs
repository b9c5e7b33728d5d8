using Apache.Arrow;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Targets;

/// <summary>What a file's footer tells of the partition of its rows, by one column.</summary>
/// <param name="column">By which the target is partitioned.</param>
/// <param name="target">The column in the target.</param>
/// <param name="leaf">The column in the file; null where it lacks it.</param>
internal sealed class PartitionBounds(PartitionColumn column, Field target, LeafMetrics? leaf)
{
    private readonly (long Least, long Greatest)? partitions = leaf is { Lower: { Value: long low, Type: var type }, Upper.Value: long high }
        && SourceType.Describe(new Field(target.Name, type, nullable: true)) == SourceType.Describe(target)
        && PartitionValues.OfWholeNumber(column.Transform, type, low) is { } least && PartitionValues.OfWholeNumber(column.Transform, type, high) is { } greatest
        // Of buckets, those of the bounds say nothing of what is between.
        && (low == high || column.Transform.Kind != TransformKind.Bucket)
            ? (least, greatest)
            : null;

    /// <summary>The partition value of all rows; null when there is more than one, or it is not known.</summary>
    public Scalar? Value => leaf switch
    {
        { Nulls: { } nulls, Values: var all } when nulls == all => new Scalar(column.Type, null),
        { Nulls: 0 } when partitions is var (least, greatest) && least == greatest => new Scalar(column.Type, least),
        _ => null,
    };

    /// <summary>Whether a row of the file has another partition value than this one.</summary>
    public bool RuleOut(Scalar value) => leaf is { Nulls: { } nulls, Values: var all } && nulls != (value.Value is null ? all : 0)
        || value.Value is long told && partitions is var (least, greatest) && (least != told || greatest != told);
}
