using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads <c>avro.schema</c> of a file (Avro specification, "Schema Declaration").</summary>
internal sealed class AvroSchemaParser
{
    private readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    /// <exception cref="CorruptTableException">The schema is not valid, or a record contains itself.</exception>
    public static AvroType Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return new AvroSchemaParser().ParseType(document.RootElement, space: "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CorruptTableException("avro.schema_invalid", $"The Avro schema in '{file}' is not valid: {error.Message}", error);
        }
    }

    private AvroType ParseType(JsonElement json, string space) => json.ValueKind switch
    {
        JsonValueKind.String => Resolve(json.GetString()!, space),
        JsonValueKind.Array => ParseUnion(json, space),
        JsonValueKind.Object => ParseObject(json, space),
        _ => throw new FormatException($"a type is written as {json.ValueKind}"),
    };

    private AvroType ParseUnion(JsonElement json, string space) =>
        new(AvroKind.Union) { Branches = [.. json.EnumerateArray().Select(branch => ParseType(branch, space))] };

    private AvroType ParseObject(JsonElement json, string space)
    {
        JsonElement type = json.GetProperty("type");
        if (type.ValueKind != JsonValueKind.String)
            return ParseType(type, space);

        string? logicalType = json.TryGetProperty("logicalType", out JsonElement logical) && logical.ValueKind == JsonValueKind.String
            ? logical.GetString() : null;
        return type.GetString() switch
        {
            "record" or "error" => ParseRecord(json, space),
            "fixed" => ParseFixed(json, space, logicalType),
            "enum" => Define(FullName(json, space), new AvroType(AvroKind.Enum)),
            "array" => new AvroType(AvroKind.Array) { Items = ParseType(json.GetProperty("items"), space), LogicalType = logicalType },
            "map" => new AvroType(AvroKind.Map) { Items = ParseType(json.GetProperty("values"), space) },
            { } name when Primitive(name) is { } kind => new AvroType(kind) { LogicalType = logicalType, IsEmpty = kind == AvroKind.Null },
            { } name => Resolve(name, space),
            null => throw new FormatException("a type has no name"),
        };
    }

    private AvroType ParseRecord(JsonElement json, string space)
    {
        string name = FullName(json, space);
        string inner = name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : "";
        if (!open.Add(name))
            throw new FormatException($"record '{name}' contains itself");

        AvroField[] fields = [.. json.GetProperty("fields").EnumerateArray().Select(field => ParseField(field, inner))];
        open.Remove(name);
        return Define(name, new AvroType(AvroKind.Record) { Fields = fields, IsEmpty = fields.All(field => field.Type.IsEmpty) });
    }

    private AvroField ParseField(JsonElement json, string space)
    {
        int? id = json.TryGetProperty("field-id", out JsonElement value) ? value.GetInt32() : null;
        return new AvroField(json.GetProperty("name").GetString() ?? throw new FormatException("a field has no name"), id,
            ParseType(json.GetProperty("type"), space));
    }

    private AvroType ParseFixed(JsonElement json, string space, string? logicalType)
    {
        int size = json.GetProperty("size").GetInt32();
        if (size < 0)
            throw new FormatException($"a fixed has the size {size}");
        return Define(FullName(json, space), new AvroType(AvroKind.Fixed) { Size = size, LogicalType = logicalType, IsEmpty = size == 0 });
    }

    private AvroType Define(string name, AvroType type)
    {
        named[name] = type;
        return type;
    }

    private AvroType Resolve(string name, string space)
    {
        if (Primitive(name) is { } kind)
            return new AvroType(kind) { IsEmpty = kind == AvroKind.Null };

        string full = space.Length > 0 && !name.Contains('.', StringComparison.Ordinal) ? $"{space}.{name}" : name;
        if (named.TryGetValue(full, out AvroType? type) || named.TryGetValue(name, out type))
            return type;
        throw new FormatException(open.Contains(full) ? $"record '{name}' contains itself" : $"there is no type '{name}'");
    }

    private static string FullName(JsonElement json, string space)
    {
        string name = json.GetProperty("name").GetString() ?? throw new FormatException("a named type has no name");
        if (name.Contains('.', StringComparison.Ordinal))
            return name;
        string own = json.TryGetProperty("namespace", out JsonElement given) ? given.GetString() ?? "" : space;
        return own.Length == 0 ? name : $"{own}.{name}";
    }

    private static AvroKind? Primitive(string name) => name switch
    {
        "null" => AvroKind.Null,
        "boolean" => AvroKind.Boolean,
        "int" => AvroKind.Int,
        "long" => AvroKind.Long,
        "float" => AvroKind.Float,
        "double" => AvroKind.Double,
        "bytes" => AvroKind.Bytes,
        "string" => AvroKind.String,
        _ => null,
    };
}
