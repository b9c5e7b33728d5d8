using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Schemas;

/// <summary>Turns a schema in JSON (Iceberg spec, Appendix C, "Schemas") into Arrow fields.</summary>
internal sealed class SchemaParser
{
    /// <summary>"Default / null column type used when a more specific type is not known … not stored in data files" ("Primitive Types").</summary>
    private const string Unknown = "unknown";

    private readonly HashSet<int> ids = [];
    private readonly List<TableFeature> features = [];
    private readonly Dictionary<int, MetadataNode> writeDefaults = [];

    private SchemaParser()
    {
    }

    /// <exception cref="Core.Errors.CorruptTableException">A field is missing or mistyped, or an id or name is there twice.</exception>
    public static IcebergSchema Parse(MetadataNode json)
    {
        var parser = new SchemaParser();
        var columns = new Schema(parser.ParseFields(json), null);
        return new IcebergSchema(json.Optional("schema-id")?.AsInt() ?? 0, columns, parser.features) { WriteDefaults = parser.writeDefaults };
    }

    private List<Field> ParseFields(MetadataNode json)
    {
        if (json.Required("type").AsString() != "struct")
            throw json.Required("type").Wrong("\"struct\"");

        var names = new HashSet<string>(StringComparer.Ordinal);
        var fields = new List<Field>();
        foreach (MetadataNode field in json.Required("fields").Items())
        {
            string name = field.Required("name").AsString();
            if (!names.Add(name))
                throw field.Wrong($"the only field called '{name}'");
            Field parsed = ParseField(name, field.Required("id"), field.Required("type"), !field.Required("required").AsBool());
            if (field.Optional("doc") is { IsString: true } doc)
                parsed = parsed.WithDoc(doc.AsString());
            if (field.Optional("write-default") is { } written)
                writeDefaults[parsed.FieldId()!.Value] = written.Copy();
            fields.Add(field.Optional("initial-default") is { } value ? WithDefault(parsed, field.Required("type"), value) : parsed);
        }

        return fields;
    }

    /// <summary>What <c>write-default</c> says is in the files already.</summary>
    private Field WithDefault(Field field, MetadataNode type, MetadataNode value)
    {
        if (type.IsString && IsAlwaysNullByDefault(type.AsString()))
            throw value.Wrong($"null, as all defaults of the type {type.AsString()} are");
        // The reference implementation knows none either.
        if (field.DataType is ListType or MapType)
        {
            features.Add(IcebergFeatures.All["initial-default of a list or map"]);
            return field;
        }

        features.Add(IcebergFeatures.All["initial-default"]);
        return field.WithInitialDefault(DefaultValue.Parse(value, field));
    }

    private static bool IsAlwaysNullByDefault(string type) =>
        type is Unknown or "variant" || type.StartsWith("geometry", StringComparison.Ordinal) || type.StartsWith("geography", StringComparison.Ordinal);

    private Field ParseField(string name, MetadataNode id, MetadataNode type, bool nullable)
    {
        if (!ids.Add(id.AsInt()) || id.AsInt() < 0)
            throw id.Wrong("an id that no other field has, 0 or more");

        IArrowType arrow = type.IsString ? ParsePrimitive(type) : ParseNested(type);
        if (!nullable && type.IsString && type.AsString() == Unknown)
            throw type.Wrong($"another type than {Unknown}, of which fields must be optional, or the field optional");
        var field = new Field(name, arrow, nullable || arrow is NullType).WithFieldId(id.AsInt());
        return type.IsString ? Marked(field, type.AsString()) : field;
    }

    private IArrowType ParseNested(MetadataNode type) => type.Required("type").AsString() switch
    {
        // Arrow has no struct of nothing, and no file could hold one.
        "struct" => ParseFields(type) is { Count: > 0 } fields ? new StructType(fields) : Refuse("struct without fields"),
        "list" => new ListType(
            ParseField("element", type.Required("element-id"), type.Required("element"), !type.Required("element-required").AsBool())),
        "map" => new MapType(
            ParseField("key", type.Required("key-id"), type.Required("key"), nullable: false),
            ParseField("value", type.Required("value-id"), type.Required("value"), !type.Required("value-required").AsBool())),
        _ => throw type.Required("type").Wrong("\"struct\", \"list\" or \"map\""),
    };

    private static Field Marked(Field field, string type)
    {
        string[] parts = type.Split('(', ',', ')');
        return parts[0] switch
        {
            "uuid" => field.AsUuid(),
            "variant" => field.AsVariant(),
            "geometry" => field.AsGeometry(Parameter(parts, 1)),
            "geography" => field.AsGeography(Parameter(parts, 1), Parameter(parts, 2)),
            _ => field,
        };
    }

    /// <summary>"geometry(C)", "geography(C, A)"; both may be left out, and then have the specification's defaults.</summary>
    private static string? Parameter(string[] parts, int index) => index < parts.Length && parts[index].Trim() is { Length: > 0 } text ? text : null;

    private IArrowType ParsePrimitive(MetadataNode type)
    {
        string name = type.AsString();
        return name switch
        {
            Unknown => NullType.Default,
            "boolean" => BooleanType.Default,
            "int" => Int32Type.Default,
            "long" => Int64Type.Default,
            "float" => FloatType.Default,
            "double" => DoubleType.Default,
            "date" => Date32Type.Default,
            "time" => Time64Type.Microsecond,
            "timestamp" => new TimestampType(TimeUnit.Microsecond, (string?)null),
            "timestamptz" => new TimestampType(TimeUnit.Microsecond, "UTC"),
            "timestamp_ns" => new TimestampType(TimeUnit.Nanosecond, (string?)null),
            "timestamptz_ns" => new TimestampType(TimeUnit.Nanosecond, "UTC"),
            "string" => StringType.Default,
            "binary" => BinaryType.Default,
            "uuid" => UuidType.Storage,
            "variant" => VariantText.Storage,
            _ when name is "geometry" or "geography" || name.StartsWith("geometry(", StringComparison.Ordinal)
                || name.StartsWith("geography(", StringComparison.Ordinal) => GeoType.Storage,
            _ when name.StartsWith("decimal(", StringComparison.Ordinal) => ParseDecimal(type),
            _ when name.StartsWith("fixed[", StringComparison.Ordinal) => ParseFixed(type),
            _ => Refuse(name),
        };
    }

    private static Decimal128Type ParseDecimal(MetadataNode type)
    {
        string[] parts = type.AsString()["decimal(".Length..].TrimEnd(')').Split(',');
        return parts.Length == 2 && int.TryParse(parts[0], out int precision) && int.TryParse(parts[1], out int scale)
            && precision is >= 1 and <= 38 && scale >= 0 && scale <= precision
                ? new Decimal128Type(precision, scale)
                : throw type.Wrong("decimal(P,S) with P from 1 to 38 and S from 0 to P");
    }

    private static FixedSizeBinaryType ParseFixed(MetadataNode type) =>
        int.TryParse(type.AsString()["fixed[".Length..].TrimEnd(']'), out int bytes) && bytes > 0
            ? new FixedSizeBinaryType(bytes)
            : throw type.Wrong("fixed[L] with L of 1 or more");

    private NullType Refuse(string name)
    {
        features.Add(TableFeatures.OfUnreadType(name));
        return NullType.Default;
    }
}
