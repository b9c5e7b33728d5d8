using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>How rows are sorted (Iceberg spec, "Sorting").</summary>
internal sealed record SortOrder(int Id, IReadOnlyList<SortOrderField> Fields)
{
    /// <summary>Order id 0.</summary>
    public static SortOrder Unsorted { get; } = new(0, []);
}

/// <summary>One field of a sort order.</summary>
internal sealed record SortOrderField(int SourceId, Transform Transform, bool Descending);
