using Apache.Arrow;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>What a new table of a format that partitions by columns keeps of the source's partitions.</summary>
internal static class KeptPartitions
{
    /// <param name="request">What is asked.</param>
    /// <param name="fits">Whether the format takes a column for that.</param>
    /// <returns>Names of columns; none unless all that the source is partitioned by can be kept, and other columns are left.</returns>
    public static IReadOnlyList<string> Of(TargetRequest request, Predicate<Field> fits)
    {
        IReadOnlyList<Field> columns = request.Schema.FieldsList;
        return request.PartitionTerms.Count < columns.Count && request.PartitionTerms.All(term => columns.FirstOrDefault(column => column.Name == term) is { } column && fits(column))
            ? request.PartitionTerms
            : [];
    }
}
