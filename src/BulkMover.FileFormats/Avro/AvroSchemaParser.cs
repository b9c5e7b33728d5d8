using System.Text;
using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads <c>avro.schema</c> of a file (Avro specification, "Schema Declaration").</summary>
internal sealed class AvroSchemaParser
{
    /// <summary>Levels of JSON; each level of a table's nested columns takes about five.</summary>
    private const int MaxJsonDepth = 512;

    /// <summary>Levels of types. Types refer to others by name, so the depth of the JSON does not bound it.</summary>
    private const int MaxDepth = 128;

    private readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    private readonly string file;

    private AvroSchemaParser(string file) => this.file = file;

    /// <exception cref="CorruptTableException">The schema is not valid.</exception>
    /// <exception cref="UnsupportedFeatureException">A record contains itself, or types are nested too deep.</exception>
    public static AvroType Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            return new AvroSchemaParser(file).ParseType(document.RootElement, space: "");
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
        JsonValueKind.Object => ParseObject(json, json, space),
        _ => throw new FormatException($"a type is written as {json.ValueKind}"),
    };

    private AvroType ParseUnion(JsonElement json, string space)
    {
        AvroType[] branches = [.. json.EnumerateArray().Select(branch => ParseType(branch, space))];
        return new AvroType(AvroKind.Union) { Branches = branches, Depth = Above(branches) };
    }

    /// <param name="json">The type.</param>
    /// <param name="annotations">Where its logical type stands.</param>
    /// <param name="space">The namespace around it.</param>
    private AvroType ParseObject(JsonElement json, JsonElement annotations, string space)
    {
        JsonElement type = json.GetProperty("type");
        // Apache's C# library writes a fixed inside of another object, which has the logical type.
        if (type.ValueKind == JsonValueKind.Object)
            return ParseObject(type, LogicalType(type) is null && LogicalType(json) is not null ? json : type, space);
        if (type.ValueKind != JsonValueKind.String)
            return ParseType(type, space);

        return type.GetString() switch
        {
            "record" or "error" => ParseRecord(json, space),
            "fixed" => ParseFixed(json, annotations, space),
            "enum" => ParseEnum(json, space),
            "array" => ParseCollection(AvroKind.Array, json, json.GetProperty("items"), "element-id", space),
            "map" => ParseCollection(AvroKind.Map, json, json.GetProperty("values"), "value-id", space),
            { } name when Primitive(name) is { } kind => new AvroType(kind)
            {
                LogicalType = LogicalType(annotations),
                Precision = Digits(annotations, "precision"),
                Scale = Digits(annotations, "scale"),
                IsAdjustedToUtc = annotations.TryGetProperty("adjust-to-utc", out JsonElement adjusted) && adjusted.ValueKind == JsonValueKind.True,
                IsEmpty = kind == AvroKind.Null,
            },
            { } name => Resolve(name, space),
            null => throw new FormatException("a type has no name"),
        };
    }

    private AvroType ParseCollection(AvroKind kind, JsonElement json, JsonElement items, string itemId, string space)
    {
        AvroType type = ParseType(items, space);
        return new AvroType(kind) { Items = type, LogicalType = LogicalType(json), ItemId = Id(json, itemId), KeyId = Id(json, "key-id"), Depth = Above([type]) };
    }

    private AvroType ParseRecord(JsonElement json, string space)
    {
        string name = FullName(json, space);
        string inner = name.Contains('.', StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : "";
        if (!open.Add(name))
            throw new FormatException($"record '{name}' contains itself");

        AvroField[] fields = [.. json.GetProperty("fields").EnumerateArray().Select(field => ParseField(field, inner))];
        open.Remove(name);
        return Define(name, new AvroType(AvroKind.Record)
        {
            Fields = fields,
            IsEmpty = fields.All(field => field.Type.IsEmpty),
            Depth = Above(fields.Select(field => field.Type)),
        });
    }

    private AvroField ParseField(JsonElement json, string space) => new(
        json.GetProperty("name").GetString() ?? throw new FormatException("a field has no name"), Id(json, "field-id"), ParseType(json.GetProperty("type"), space));

    private AvroType ParseFixed(JsonElement json, JsonElement annotations, string space)
    {
        int size = json.GetProperty("size").GetInt32();
        if (size < 0)
            throw new FormatException($"a fixed has the size {size}");
        return Define(FullName(json, space), new AvroType(AvroKind.Fixed)
        {
            Size = size,
            LogicalType = LogicalType(annotations),
            Precision = Digits(annotations, "precision"),
            Scale = Digits(annotations, "scale"),
            IsEmpty = size == 0,
        });
    }

    private AvroType ParseEnum(JsonElement json, string space) => Define(FullName(json, space), new AvroType(AvroKind.Enum)
    {
        Symbols = [.. json.GetProperty("symbols").EnumerateArray().Select(symbol => Encoding.UTF8.GetBytes(symbol.GetString()!))],
    });

    private static int? Id(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    private static string? LogicalType(JsonElement json) =>
        json.TryGetProperty("logicalType", out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>What is no number makes the logical type invalid, and invalid ones are to be ignored ("Logical Types").</summary>
    private static int Digits(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int digits) ? digits : 0;

    private int Above(IEnumerable<AvroType> parts)
    {
        int depth = 1 + parts.Select(part => part.Depth).DefaultIfEmpty().Max();
        return depth <= MaxDepth ? depth : throw new UnsupportedFeatureException("avro.schema_too_deep",
            $"The Avro schema in '{file}' nests types more than {MaxDepth} levels deep, which is not read.");
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
        throw open.Contains(full) || open.Contains(name)
            ? new UnsupportedFeatureException("avro.schema_recursive", $"In the Avro schema of '{file}', record '{name}' contains itself, which is not read.")
            : new FormatException($"there is no type '{name}'");
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
