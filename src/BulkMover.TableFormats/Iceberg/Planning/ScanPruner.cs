using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Planning;

/// <summary>
/// Rules manifests and files out for a filter (Iceberg spec, "Scan Planning"). Partition values and column bounds are turned into what they
/// say of the filter's columns and are judged together. What is missing or unknown rules nothing out.
/// </summary>
internal sealed class ScanPruner
{
    private readonly Filter? filter;
    private readonly IcebergSchema schema;
    private readonly List<Field> columns;
    private readonly IReadOnlySet<int> formerDates;

    /// <param name="filter">Rows of the result; null for all.</param>
    /// <param name="schema">The schema that is read.</param>
    /// <param name="formerDates">Field ids of timestamps that were dates once: their buckets may be those of days.</param>
    public ScanPruner(Filter? filter, IcebergSchema schema, IReadOnlySet<int> formerDates)
    {
        (this.filter, this.schema, this.formerDates) = (filter, schema, formerDates);
        HashSet<string> names = filter is null ? [] : [.. filter.Columns()];
        columns = [.. schema.Arrow.FieldsList.Where(column => names.Contains(column.Name) && column.DataType is not NestedType && column.HasStatistics())];
    }

    /// <summary>Field ids of the columns whose statistics are of use, in the order in which they are expected.</summary>
    public IReadOnlyList<int> MetricColumns => [.. columns.Select(column => column.FieldId()!.Value)];

    /// <summary>False when no file of the manifest can have a row for the filter.</summary>
    public bool MightMatch(ManifestFile manifest, PartitionSpec spec)
    {
        if (filter is null || manifest.Partitions.Count != spec.Fields.Count)
            return true;

        var known = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        foreach ((PartitionField field, FieldSummary summary) in spec.Fields.Zip(manifest.Partitions))
        {
            if (schema.Column(field.SourceId) is { } column && field.ResultType(schema) is { } type)
                Add(known, column, Of(field.Transform, column, type, summary));
        }

        return FilterPruning.MightMatch(filter, known.GetValueOrDefault);
    }

    /// <summary>False when the file cannot have a row for the filter.</summary>
    public bool MightMatch(DataFile file, PartitionSpec spec)
    {
        if (filter is null)
            return true;

        var known = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        var buckets = new Dictionary<string, (IArrowType Column, int Buckets, long Bucket)?>(StringComparer.Ordinal);
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(file.Partition))
        {
            if (value is null || schema.Column(field.SourceId) is not { } column)
                continue;
            Add(known, column, Of(field.Transform, column, value, file.Rows));
            if (field.Transform.Kind == TransformKind.Bucket && value.Value is long bucket && !formerDates.Contains(field.SourceId))
                buckets[column.Name] = (column.DataType, field.Transform.Parameter, bucket);
        }

        for (int index = 0; index < file.Metrics.Count; index++)
            Add(known, columns[index], Of(columns[index], file.Metrics[index], file.Rows));
        return FilterPruning.MightMatch(filter, known.GetValueOrDefault) && Bucket.MightMatch(filter, buckets.GetValueOrDefault);
    }

    private static ColumnStatistics Of(Transform transform, Field column, IArrowType type, FieldSummary summary)
    {
        Scalar? low = SingleValue.Decode(type, summary.LowerBound), high = SingleValue.Decode(type, summary.UpperBound);
        SourceRange range = IsOrdered(column) ? SourceRange.Of(transform, column.DataType, low, high) : default;
        bool allNull = summary is { ContainsNull: true, ContainsNaN: false, LowerBound: null, UpperBound: null };
        return new ColumnStatistics(range.Min, range.Max, summary.ContainsNull ? (allNull ? 1 : null) : 0, allNull ? 1 : null);
    }

    private static ColumnStatistics Of(Transform transform, Field column, Scalar value, long rows)
    {
        // Every transform but void, which has no result type, gives null for null alone.
        if (value.IsNull)
            return ColumnStatistics.OfConstant(value, rows);
        SourceRange range = SourceRange.Of(transform, column.DataType, value, value);
        return new ColumnStatistics(range.Min, range.Max, 0, rows);
    }

    private static ColumnStatistics Of(Field column, ColumnMetrics metrics, long rows) => IsOrdered(column)
        ? new ColumnStatistics(
            SingleValue.Decode(column.DataType, metrics.LowerBound), SingleValue.Decode(column.DataType, metrics.UpperBound), metrics.NullCount, rows)
        : new ColumnStatistics(null, null, metrics.NullCount, rows);

    /// <summary>Bounds of UUIDs were written in two orders: Java's compares them as signed numbers.</summary>
    private static bool IsOrdered(Field column) => !column.IsUuid();

    private static void Add(Dictionary<string, ColumnStatistics> known, Field column, ColumnStatistics more) =>
        known[column.Name] = known.TryGetValue(column.Name, out ColumnStatistics? earlier)
            ? new ColumnStatistics(
                Tighter(earlier.Min, more.Min, sign: 1), Tighter(earlier.Max, more.Max, sign: -1),
                earlier.NullCount ?? more.NullCount, earlier.Rows ?? more.Rows)
            : more;

    /// <summary>The larger of two lower bounds (sign 1), the smaller of two upper ones (sign -1).</summary>
    private static Scalar? Tighter(Scalar? left, Scalar? right, int sign) =>
        left is null ? right
        : right is null || ScalarComparer.Compare(left, right) * sign >= 0 ? left
        : right;
}
