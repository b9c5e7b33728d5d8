using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>One value of the partition tuple.</summary>
/// <param name="SourceId">Field id of the column it comes from; 0 when it comes from several (the transform is unknown then).</param>
/// <param name="FieldId">Its own id, by which manifests name it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Transform">How it comes from the column.</param>
internal sealed record PartitionField(int SourceId, int FieldId, string Name, Transform Transform)
{
    /// <summary>
    /// The type of its values ("Partition Transforms", column "Result type"); null when they are of no use: the column is no longer in the
    /// schema or is of a type that no transform takes, or the transform is void or unknown.
    /// </summary>
    public IArrowType? ResultType(IcebergSchema schema) => schema.ColumnOrMember(SourceId) is not { } column || !column.HasStatistics() ? null : Transform.Kind switch
    {
        TransformKind.Identity or TransformKind.Truncate when column.DataType is not (NullType or NestedType) => column.DataType,
        TransformKind.Bucket or TransformKind.Year or TransformKind.Month or TransformKind.Day or TransformKind.Hour => Int32Type.Default,
        _ => null,
    };
}
