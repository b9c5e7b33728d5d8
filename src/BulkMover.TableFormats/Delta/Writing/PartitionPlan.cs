using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>By which columns files are kept apart. Values are written as text (PROTOCOL.md, "Partition Value Serialization").</summary>
internal static class PartitionPlan
{
    /// <param name="rows">Columns of the rows in the table's types.</param>
    /// <param name="names">Of the partition columns.</param>
    /// <exception cref="TargetException">A column is missing or of a type that is not for this, or no other column is left.</exception>
    public static IReadOnlyList<PartitionColumn> Of(IReadOnlyList<Field> rows, IReadOnlyList<string> names)
    {
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
            throw new TargetException("delta.partition_twice", $"The table would be partitioned by ({string.Join(", ", names)}), which names a column twice. Name it once in --partition-by.");
        if (names.Count > 0 && names.Count == rows.Count)
            throw new TargetException("delta.only_partitions", "Every column is a partition column, so files would have none. Leave one out of --partition-by.");
        return [.. names.Select(name => Of(rows, name))];
    }

    /// <summary>"An empty string for any type translates to a null partition value": it would come back as another value (invariant 4).</summary>
    /// <exception cref="TargetException">The value is an empty text.</exception>
    public static void ThrowIfEmpty(PartitionColumn column, Scalar value)
    {
        if (value.Value is byte[] { Length: 0 })
        {
            throw new TargetException("delta.empty_partition_value",
                $"Column '{column.Name}' has an empty text, which Delta takes for null in a partition column. Name other columns with --partition-by, or none with --partition-by '', or leave such rows out with --where.");
        }
    }

    /// <summary>Whether values of the column come back from text as what they are in every engine.</summary>
    public static bool Fits(Field column) => RowTypes.Of(column).DataType is
        BooleanType or Int8Type or Int16Type or Int32Type or Int64Type or StringType or Date32Type or TimestampType or Decimal128Type;

    private static PartitionColumn Of(IReadOnlyList<Field> rows, string name)
    {
        int place = rows.ToList().FindIndex(field => field.Name == name);
        if (place < 0)
            throw new TargetException("delta.partition_unknown", $"Files are to be apart by '{name}', which is no column of the copy. It has: {string.Join(", ", rows.Select(field => field.Name))}.");
        IArrowType type = rows[place].DataType;
        return Fits(rows[place])
            ? new PartitionColumn(name, place, Transform.Identity, type)
            : throw new TargetException("delta.partition_type",
                $"Column '{name}' is {SchemaText.Describe(type)}, whose values do not come back from text as what they are in every engine. Partition by text, whole numbers, dates, timestamps, decimals or booleans.");
    }
}
