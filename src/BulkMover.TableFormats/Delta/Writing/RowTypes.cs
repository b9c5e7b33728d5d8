using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>The types of a table that is made for rows (PROTOCOL.md, "Primitive Types"): those that hold every value of the source's.</summary>
internal static class RowTypes
{
    private const int MaxDigits = 38;

    /// <summary>Engines refuse columns of such names unless names are mapped: older readers of Parquet do not take them.</summary>
    private static readonly SearchValues<char> ForbiddenInNames = SearchValues.Create(" ,;{}()\n\t=");

    /// <summary>The field as the Delta reader gives it, without a mapping of names: names and nulls stay.</summary>
    /// <exception cref="TargetException">A type has no equal, or members of a struct cannot be told apart.</exception>
    public static Field Of(Field field)
    {
        foreach (StructType group in FieldTree.All([field]).Select(inner => inner.DataType).OfType<StructType>())
            ThrowIfNamesCollide(group.Fields);
        return FieldTree.Rebuild(field, leaf => Leaf(leaf, field.Name));
    }

    /// <summary>Delta does not tell names apart by case.</summary>
    /// <exception cref="TargetException">Two names differ in nothing else, or not at all, or one is empty.</exception>
    public static void ThrowIfNamesCollide(IReadOnlyList<Field> fields)
    {
        if (fields.Any(field => field.Name.Length == 0))
            throw new TargetException("delta.column_name", "A column or a member of a struct has an empty name, which none can have in Delta. Leave it out with --columns.");
        if (fields.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } alike)
        {
            throw new TargetException("delta.column_name",
                $"Columns {string.Join(" and ", alike.Select(field => $"'{field.Name}'"))} have the same name for Delta, which knows no case. Leave all but one out with --columns.");
        }
    }

    /// <summary>The column, or a member of a struct in it, whose name only a table that maps names can have; null when there is none.</summary>
    public static Field? FindUnfit(Field column) => Named(column).FirstOrDefault(field => field.Name.AsSpan().ContainsAny(ForbiddenInNames));

    /// <summary>The column and all members of structs in it.</summary>
    public static IEnumerable<Field> Named(Field column) => Members(column.DataType).Prepend(column);

    /// <summary>What a map or a list holds has no name in Delta.</summary>
    private static IEnumerable<Field> Members(IArrowType type) =>
        FieldTree.Children(type).SelectMany(child => type is StructType ? Members(child.DataType).Prepend(child) : Members(child.DataType));

    private static Field Leaf(Field leaf, string column)
    {
        IArrowType? type = SourceType.RowName(leaf) == "extension" ? null : Find(leaf);
        return type is not null
            ? new Field(leaf.Name, type, leaf.IsNullable || leaf.DataType is NullType)
            : throw new TargetException("delta.type_unsupported",
                $"Column '{column}' {(leaf.Name == column ? "is" : $"has '{leaf.Name}' in it, which is")} {SourceType.Describe(leaf)}, and Delta has no type that holds its values. Leave it out with --columns.");
    }

    private static IArrowType? Find(Field leaf) => leaf.DataType switch
    {
        // Engines do not agree on a type that has only nulls.
        NullType or StringType => StringType.Default,
        BinaryType => BinaryType.Default,
        BooleanType or Int8Type or Int16Type or Int32Type or Int64Type or FloatType or DoubleType => leaf.DataType,
        UInt8Type => Int16Type.Default,
        UInt16Type => Int32Type.Default,
        UInt32Type => Int64Type.Default,
        UInt64Type => new Decimal128Type(20, 0),
        HalfFloatType => FloatType.Default,
        Decimal32Type type => Decimal(type.Precision, type.Scale),
        Decimal64Type type => Decimal(type.Precision, type.Scale),
        Decimal128Type type => Decimal(type.Precision, type.Scale),
        Decimal256Type type => Decimal(type.Precision, type.Scale),
        FixedSizeBinaryType => leaf.IsUuid() ? StringType.Default : BinaryType.Default,
        Date32Type or Date64Type => Date32Type.Default,
        TimestampType { Timezone: null or "" } => new TimestampType(TimeUnit.Microsecond, (string?)null),
        TimestampType => new TimestampType(TimeUnit.Microsecond, "UTC"),
        _ => null,
    };

    private static Decimal128Type? Decimal(int precision, int scale) =>
        precision <= MaxDigits && scale >= 0 && scale <= precision ? new Decimal128Type(precision, scale) : null;
}
