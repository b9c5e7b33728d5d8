using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Schemas as JSON text (PROTOCOL.md, "Schema Serialization Format"); <see cref="SchemaReader"/> reads them back.</summary>
internal static class SchemaText
{
    public static string Of(IEnumerable<Field> fields) => Write(json => WriteStruct(json, fields));

    /// <summary>A schema with columns more behind its own, which stay as they are with all that is said of them.</summary>
    public static string With(string schema, IEnumerable<Field> added)
    {
        JsonNode root = JsonNode.Parse(schema)!;
        foreach (Field field in added)
            root["fields"]!.AsArray().Add(JsonNode.Parse(Write(json => WriteField(json, field))));
        return root.ToJsonString(PlainJson.Nodes);
    }

    /// <summary>The name of a primitive type (PROTOCOL.md, "Primitive Types"); null when it is none of Delta's.</summary>
    public static string? NameOf(IArrowType type) => type switch
    {
        StringType => "string",
        Int64Type => "long",
        Int32Type => "integer",
        Int16Type => "short",
        Int8Type => "byte",
        FloatType => "float",
        DoubleType => "double",
        BooleanType => "boolean",
        BinaryType => "binary",
        Date32Type => "date",
        TimestampType { Timezone: null or "" } => "timestamp_ntz",
        TimestampType => "timestamp",
        Decimal128Type { Precision: var precision, Scale: var scale } => string.Create(CultureInfo.InvariantCulture, $"decimal({precision},{scale})"),
        NullType => "void",
        _ => null,
    };

    /// <summary>The type for people, as Spark's SQL writes it: <c>array&lt;long&gt;</c>.</summary>
    public static string Describe(IArrowType type) => type switch
    {
        StructType { Fields: var members } => $"struct<{string.Join(", ", members.Select(member => $"{member.Name}: {Describe(member.DataType)}"))}>",
        MapType map => $"map<{Describe(map.KeyField.DataType)}, {Describe(map.ValueField.DataType)}>",
        ListType list => $"array<{Describe(list.ValueDataType)}>",
        _ => NameOf(type) ?? type.Name,
    };

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, PlainJson.Writing))
            write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteStruct(Utf8JsonWriter json, IEnumerable<Field> fields)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "struct"u8);
        json.WriteStartArray("fields"u8);
        foreach (Field field in fields)
            WriteField(json, field);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, Field field)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, field.Name);
        json.WritePropertyName("type"u8);
        WriteType(json, field.DataType);
        json.WriteBoolean("nullable"u8, field.IsNullable);
        json.WriteStartObject("metadata"u8);
        // In a Delta table just the fields of one that maps names have ids.
        if (field.FieldId() is { } id)
        {
            json.WriteNumber(ColumnMapping.IdKey, id);
            json.WriteString(ColumnMapping.NameKey, field.PhysicalName());
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, IArrowType type)
    {
        switch (type)
        {
            case StructType { Fields: var members }:
                WriteStruct(json, members);
                break;
            // Maps before lists, from which they derive.
            case MapType map:
                json.WriteStartObject();
                json.WriteString("type"u8, "map"u8);
                json.WritePropertyName("keyType"u8);
                WriteType(json, map.KeyField.DataType);
                json.WritePropertyName("valueType"u8);
                WriteType(json, map.ValueField.DataType);
                json.WriteBoolean("valueContainsNull"u8, map.ValueField.IsNullable);
                json.WriteEndObject();
                break;
            case ListType list:
                json.WriteStartObject();
                json.WriteString("type"u8, "array"u8);
                json.WritePropertyName("elementType"u8);
                WriteType(json, list.ValueDataType);
                json.WriteBoolean("containsNull"u8, list.ValueField.IsNullable);
                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(NameOf(type) ?? throw new InvalidOperationException($"{type.Name} is no type of Delta."));
                break;
        }
    }
}
