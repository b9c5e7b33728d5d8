using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Writes columns as metadata has them (Iceberg spec, Appendix C, "Schemas" and "Name Mapping Serialization").</summary>
internal static class SchemaJson
{
    /// <param name="columns">With the types of <see cref="TypedColumn"/> and ids at every level.</param>
    /// <param name="schemaId">The schema's own id.</param>
    public static JsonObject Schema(IEnumerable<Field> columns, int schemaId) =>
        new() { ["type"] = "struct", ["schema-id"] = schemaId, ["fields"] = Fields(columns) };

    public static JsonArray Fields(IEnumerable<Field> fields) => new([.. fields.Select(Field)]);

    /// <summary>The property <c>schema.name-mapping.default</c>: every field by its own name.</summary>
    public static JsonArray NameMapping(IEnumerable<Field> fields) => new([.. fields.Select(MappedName)]);

    /// <summary>A type in the specification's words, for people: <c>list&lt;decimal(10, 2)&gt;</c>.</summary>
    public static string Describe(Field field) => field.DataType switch
    {
        ListType list => $"list<{Describe(list.ValueField)}>",
        MapType map => $"map<{Describe(map.KeyField)}, {Describe(map.ValueField)}>",
        StructType group => $"struct<{string.Join(", ", group.Fields.Select(member => $"{member.Name}: {Describe(member)}"))}>",
        _ => Primitive(field),
    };

    private static JsonObject Field(Field field)
    {
        var json = new JsonObject { ["id"] = field.FieldId()!.Value, ["name"] = field.Name, ["required"] = !field.IsNullable, ["type"] = Type(field) };
        if (field.Doc() is { } doc)
            json["doc"] = doc;
        return json;
    }

    private static JsonNode Type(Field field) => field.DataType switch
    {
        ListType { ValueField: var element } => new JsonObject
        {
            ["type"] = "list", ["element-id"] = element.FieldId()!.Value, ["element-required"] = !element.IsNullable, ["element"] = Type(element),
        },
        MapType { KeyField: var key, ValueField: var value } => new JsonObject
        {
            ["type"] = "map", ["key-id"] = key.FieldId()!.Value, ["key"] = Type(key),
            ["value-id"] = value.FieldId()!.Value, ["value-required"] = !value.IsNullable, ["value"] = Type(value),
        },
        StructType group => new JsonObject { ["type"] = "struct", ["fields"] = Fields(group.Fields) },
        _ => JsonValue.Create(Primitive(field)),
    };

    private static string Primitive(Field field) => field.DataType switch
    {
        BooleanType => "boolean",
        Int32Type => "int",
        Int64Type => "long",
        FloatType => "float",
        DoubleType => "double",
        // Before FixedSizeBinaryType, from which decimals derive.
        Decimal128Type type => string.Create(CultureInfo.InvariantCulture, $"decimal({type.Precision}, {type.Scale})"),
        Date32Type => "date",
        Time64Type => "time",
        TimestampType { Unit: TimeUnit.Nanosecond } type => type.Timezone is null ? "timestamp_ns" : "timestamptz_ns",
        TimestampType { Timezone: null } => "timestamp",
        TimestampType => "timestamptz",
        // What tables may have and is not written: for people.
        NullType => "unknown",
        _ when field.IsVariant() => "variant",
        _ when field.IsGeo() => SourceType.Describe(field),
        StringType => "string",
        BinaryType => "binary",
        _ when field.IsUuid() => "uuid",
        FixedSizeBinaryType type => string.Create(CultureInfo.InvariantCulture, $"fixed[{type.ByteWidth}]"),
        var type => throw new InvalidOperationException($"{type.TypeId} is no type of a table that is written."),
    };

    private static JsonObject MappedName(Field field)
    {
        var json = new JsonObject { ["field-id"] = field.FieldId()!.Value, ["names"] = new JsonArray(JsonValue.Create(field.Name)) };
        if (NameMapping(FieldTree.Children(field.DataType)) is { Count: > 0 } mapped)
            json["fields"] = mapped;
        return json;
    }
}
