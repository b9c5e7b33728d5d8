using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>Turns a schema string into an Arrow schema (PROTOCOL.md, "Schema Serialization Format").</summary>
internal sealed class SchemaReader
{
    // Deeper than any table, and far from the end of the stack.
    private const int MaxJsonDepth = 512;

    private readonly ColumnMapping mapping;
    private readonly List<TableFeature> unreadable = [];
    private string? unsupportedChange;

    private SchemaReader(ColumnMapping mapping) => this.mapping = mapping;

    /// <param name="schemaString">The schema as JSON text.</param>
    /// <param name="mode">How the table's columns are found in its files.</param>
    /// <param name="table">For the message.</param>
    /// <exception cref="CorruptTableException">The text is no schema, or lacks what the mode needs.</exception>
    public static DeltaSchema Read(string? schemaString, ColumnMappingMode mode, Location table)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(
                schemaString ?? throw new JsonException("It is missing."), new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            var reader = new SchemaReader(new ColumnMapping(mode));
            List<Field> fields = reader.ReadFields(json.RootElement, "");
            if (fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw new JsonException($"Column '{twice.Key}' appears twice.");
            return new DeltaSchema(new Schema(fields, null), reader.unreadable, reader.unsupportedChange);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CorruptTableException("delta.schema_broken",
                $"The metaData action of '{table}' has no readable schemaString: {error.Message} Choose an earlier version with --snapshot, " +
                "or restore the log.", error);
        }
    }

    private List<Field> ReadFields(JsonElement type, string path)
    {
        var fields = new List<Field>();
        var physicalNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement field in type.GetProperty("fields").EnumerateArray())
        {
            string name = field.GetProperty("name").GetString() ?? throw new JsonException("A field has no name.");
            string fieldPath = path.Length == 0 ? name : $"{path}.{name}";
            JsonElement? metadata = field.TryGetProperty("metadata", out JsonElement found) && found.ValueKind == JsonValueKind.Object ? found : null;
            unsupportedChange ??= TypeChanges.FindUnsupported(metadata, fieldPath);
            Field plain = ReadField(name, field.GetProperty("type"), fieldPath, field.GetProperty("nullable").GetBoolean());
            fields.Add(mapping.Map(plain, metadata, fieldPath, physicalNames));
        }

        return fields;
    }

    private Field ReadField(string name, JsonElement type, string path, bool nullable)
    {
        // PROTOCOL.md, "Variant Data Type".
        if (type.ValueKind == JsonValueKind.String && type.ValueEquals("variant"u8))
            return new Field(name, VariantText.Storage, nullable).AsVariant();
        return new Field(name, ReadType(type, path), nullable);
    }

    private IArrowType ReadType(JsonElement type, string path)
    {
        if (type.ValueKind == JsonValueKind.String)
            return PrimitiveTypes.Find(type.GetString()!) ?? Unreadable(type.GetString()!, path);

        return type.GetProperty("type").GetString() switch
        {
            "struct" => new StructType(ReadFields(type, path)),
            "array" => new ListType(
                ReadField("element", type.GetProperty("elementType"), path + ".element", type.GetProperty("containsNull").GetBoolean())),
            "map" => new MapType(
                ReadField("key", type.GetProperty("keyType"), path + ".key", nullable: false),
                ReadField("value", type.GetProperty("valueType"), path + ".value", type.GetProperty("valueContainsNull").GetBoolean())),
            var other => Unreadable(other ?? "null", path),
        };
    }

    private NullType Unreadable(string name, string path)
    {
        unreadable.Add(TableFeatures.OfUnreadType(name, path));
        return NullType.Default;
    }
}
