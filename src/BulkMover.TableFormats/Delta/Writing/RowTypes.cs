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

    /// <summary>Engines refuse columns of such names unless names are mapped, because Parquet's older schemas cannot have them.</summary>
    private static readonly SearchValues<char> ForbiddenInNames = SearchValues.Create(" ,;{}()\n\t=");

    /// <summary>The field as the Delta reader gives it: names and nulls stay.</summary>
    /// <exception cref="TargetException">A type has no equal, or a name is not allowed.</exception>
    public static Field Of(Field field)
    {
        ThrowIfNoName(field, field.Name);
        return FieldTree.Rebuild(field, leaf => Leaf(leaf, field.Name));
    }

    /// <summary>Delta does not tell names apart by case.</summary>
    /// <exception cref="TargetException">Two names differ in nothing else, or not at all.</exception>
    public static void ThrowIfNamesCollide(IEnumerable<Field> fields)
    {
        if (fields.GroupBy(field => field.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } alike)
        {
            throw new TargetException("delta.column_name",
                $"Columns {string.Join(" and ", alike.Select(field => $"'{field.Name}'"))} have the same name for Delta, which knows no case. Leave all but one out with --columns.");
        }
    }

    private static void ThrowIfNoName(Field field, string column)
    {
        if (field.Name.Length == 0 || field.Name.AsSpan().ContainsAny(ForbiddenInNames))
        {
            throw new TargetException("delta.column_name",
                $"'{field.Name}'{(field.Name == column ? "" : $" in column '{column}'")} cannot be the name of a column in Delta: none of \" ,;{{}}()=\", tab and new line may be in it. Leave it out with --columns.");
        }

        if (field.DataType is StructType { Fields: var members })
            ThrowIfNamesCollide(members);
        foreach (Field member in field.DataType switch
        {
            StructType type => type.Fields,
            MapType map => [map.KeyField, map.ValueField],
            ListType list => [list.ValueField],
            _ => (IReadOnlyList<Field>)[],
        })
        {
            ThrowIfNoName(member, column);
        }
    }

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
