using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>A column as the table takes it.</summary>
/// <param name="Field">
/// With the one Arrow type that stands for its Iceberg type, as <see cref="Schemas.SchemaParser"/> has it, at every level; field ids, docs and
/// whether it may be null are the source's.
/// </param>
/// <param name="Difference">How arriving values differ from the source's, and what is refused; null when all arrive as they are.</param>
internal sealed record TypedColumn(Field Field, string? Difference);

/// <summary>Chooses for each Arrow type the Iceberg type that holds its values (Iceberg spec, "Primitive Types", "Nested Types").</summary>
internal sealed class ColumnTypes
{
    private const int MaxPrecision = 38;

    /// <summary>The format version that has added <c>timestamp_ns</c>.</summary>
    private const int NanosecondsSince = 3;

    private readonly string column;
    private readonly bool hasNanoseconds;
    private readonly List<string> differences = [];

    private ColumnTypes(string column, int formatVersion) => (this.column, hasNanoseconds) = (column, formatVersion >= NanosecondsSince);

    /// <param name="schema">Of the rows.</param>
    /// <param name="formatVersion">The table's; later ones have more types.</param>
    /// <exception cref="TargetException">Iceberg has no type for a field, or two fields beside each other have the same name.</exception>
    public static IReadOnlyList<TypedColumn> Of(Schema schema, int formatVersion)
    {
        RefuseTwins(schema.FieldsList, "the rows");
        return [.. schema.FieldsList.Select(field => Of(field, formatVersion))];
    }

    private static TypedColumn Of(Field field, int formatVersion)
    {
        var types = new ColumnTypes(field.Name, formatVersion);
        Field typed = types.Typed(field, field.Name, field.Name);
        return new TypedColumn(typed, types.differences.Count == 0 ? null : string.Join(' ', types.differences.Distinct(StringComparer.Ordinal)));
    }

    private Field Typed(Field source, string name, string path, bool? nullable = null)
    {
        IArrowType storage = SourceType.Storage(source.DataType);
        IArrowType type = SourceType.RowName(source) switch
        {
            "bool" => BooleanType.Default,
            "int8" or "int16" or "int32" or "uint8" or "uint16" => Int32Type.Default,
            "int64" or "uint32" => Int64Type.Default,
            "uint64" => new Decimal128Type(20, 0),
            "halffloat" or "float" => FloatType.Default,
            "double" => DoubleType.Default,
            "decimal32" or "decimal64" or "decimal128" or "decimal256" => DecimalOf(source, storage, path),
            "date32" => Date32Type.Default,
            "date64" => Saying(Date32Type.Default, "A date with a time of day is refused."),
            "time64(ns)" => Saying(Time64Type.Microsecond, "Times are held to the microsecond: one with smaller parts is refused."),
            "uuid" => UuidType.Storage,
            "fixed_size_binary" when storage is FixedSizeBinaryType { ByteWidth: > 0 } binary => new FixedSizeBinaryType(binary.ByteWidth),
            "binary" or "large_binary" or "binary_view" => BinaryType.Default,
            "string" or "large_string" or "string_view" => StringType.Default,
            "variant" => Saying(StringType.Default, "A variant arrives as JSON text."),
            "dictionary" => Typed(new Field("values", ((DictionaryType)storage).ValueType, source.IsNullable), name, path).DataType,
            "list" => ListOf(((ListType)storage).ValueField, path),
            "large_list" => ListOf(((LargeListType)storage).ValueField, path),
            "fixed_size_list" => ListOf(((FixedSizeListType)storage).ValueField, path),
            "map" => MapOf((MapType)storage, path),
            "struct" when storage is StructType { Fields.Count: > 0 } group => StructOf(group, path),
            _ when storage is TimeType => Time64Type.Microsecond,
            _ when storage is TimestampType timestamp => TimestampOf(timestamp),
            _ => throw Refused(source, path, "no type that is written holds it"),
        };
        return Labelled(new Field(name, type, nullable ?? source.IsNullable), source);
    }

    /// <summary>What stays of the source's metadata: its id, its doc and that it is a UUID.</summary>
    private static Field Labelled(Field field, Field source)
    {
        if (SourceType.RowName(source) == "uuid")
            field = field.AsUuid();
        if (source.FieldId() is { } id)
            field = field.WithFieldId(id);
        return source.Doc() is { } doc ? field.WithDoc(doc) : field;
    }

    private Decimal128Type DecimalOf(Field source, IArrowType type, string path)
    {
        (int precision, int scale) = type switch
        {
            Decimal32Type d => (d.Precision, d.Scale),
            Decimal64Type d => (d.Precision, d.Scale),
            Decimal128Type d => (d.Precision, d.Scale),
            var d => (((Decimal256Type)d).Precision, ((Decimal256Type)d).Scale),
        };
        // Iceberg wants precision ≥ scale; more digits in front change no value.
        precision = Math.Max(precision, scale);
        return precision <= MaxPrecision && scale >= 0
            ? new Decimal128Type(precision, scale)
            : throw Refused(source, path, $"decimals of Iceberg have at most {MaxPrecision} digits, and no negative scale");
    }

    private TimestampType TimestampOf(TimestampType source)
    {
        bool hasZone = !string.IsNullOrEmpty(source.Timezone);
        if (hasZone && source.Timezone is not ("UTC" or "Etc/UTC" or "Z" or "+00:00" or "GMT"))
            differences.Add("The instant is kept; it is shown in UTC, not in the source's zone.");
        return new TimestampType(hasNanoseconds && source.Unit == TimeUnit.Nanosecond ? TimeUnit.Nanosecond : TimeUnit.Microsecond, hasZone ? "UTC" : null);
    }

    private ListType ListOf(Field element, string path) => new(Typed(element, "element", $"{path}.element"));

    /// <summary>A key is never null, whatever its field says (Arrow columnar format, "Map").</summary>
    private MapType MapOf(MapType map, string path) =>
        new(Typed(map.KeyField, "key", $"{path}.key", nullable: false), Typed(map.ValueField, "value", $"{path}.value"));

    private StructType StructOf(StructType group, string path)
    {
        RefuseTwins(group.Fields, $"the column '{path}'");
        return new StructType([.. group.Fields.Select(field => Typed(field, field.Name, $"{path}.{field.Name}"))]);
    }

    private T Saying<T>(T type, string difference)
    {
        differences.Add(difference);
        return type;
    }

    private static void RefuseTwins(IEnumerable<Field> fields, string where)
    {
        if (fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new TargetException("iceberg.name_twice",
                $"In {where} there are {twice.Count()} fields called '{twice.Key}', and names are unique in Iceberg. Leave one out with --columns.");
        }
    }

    private TargetException Refused(Field source, string path, string why) => new("iceberg.type_unsupported",
        $"'{path}' is {SourceType.Describe(source)}, which cannot be written: {why}. Leave the column '{column}' out with --columns.");
}
