using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Avro schemas of what is written (Iceberg spec, "Entries in Manifests", "Manifest Lists", Appendix A, "Avro"), without and with what format version 3 has added.</summary>
internal static class ManifestSchemas
{
    private const string OptionalLong = """["null","long"],"default":null""";

    public static string ManifestList(bool hasRowIds) => $$$"""
        {"type":"record","name":"manifest_file","fields":[
        {"name":"manifest_path","type":"string","field-id":500},
        {"name":"manifest_length","type":"long","field-id":501},
        {"name":"partition_spec_id","type":"int","field-id":502},
        {"name":"content","type":"int","field-id":517},
        {"name":"sequence_number","type":"long","field-id":515},
        {"name":"min_sequence_number","type":"long","field-id":516},
        {"name":"added_snapshot_id","type":"long","field-id":503},
        {"name":"added_files_count","type":"int","field-id":504},
        {"name":"existing_files_count","type":"int","field-id":505},
        {"name":"deleted_files_count","type":"int","field-id":506},
        {"name":"added_rows_count","type":"long","field-id":512},
        {"name":"existing_rows_count","type":"long","field-id":513},
        {"name":"deleted_rows_count","type":"long","field-id":514},
        {"name":"partitions","default":null,"field-id":507,"type":["null",{"type":"array","element-id":508,"items":{"type":"record","name":"r508","fields":[
        {"name":"contains_null","type":"boolean","field-id":509},
        {"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},
        {"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},
        {"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]}}]},
        {"name":"key_metadata","type":["null","bytes"],"default":null,"field-id":519}{{{(hasRowIds ? $$$""",{"name":"first_row_id","type":{{{OptionalLong}}},"field-id":520}""" : "")}}}]}
        """;

    /// <summary>Of the entries of added files, data or deletes: <see cref="AddedEntry"/> encodes them.</summary>
    /// <param name="spec">By which the files are partitioned.</param>
    /// <param name="schema">The table's.</param>
    /// <param name="hasRowIds">In a version that has row ids, and deletion vectors with them.</param>
    public static string Added(PartitionSpec spec, IcebergSchema schema, bool hasRowIds) => Entry(JsonNode.Parse($$$"""
        {"type":"record","name":"r2","fields":[
        {"name":"content","type":"int","field-id":134},
        {"name":"file_path","type":"string","field-id":100},
        {"name":"file_format","type":"string","field-id":101},
        {"name":"partition","type":{"type":"record","name":"r102","fields":[]},"field-id":102},
        {"name":"record_count","type":"long","field-id":103},
        {"name":"file_size_in_bytes","type":"long","field-id":104},
        {{{Map("column_sizes", 108, 117, "long")}}},
        {{{Map("value_counts", 109, 119, "long")}}},
        {{{Map("null_value_counts", 110, 121, "long")}}},
        {{{Map("nan_value_counts", 137, 138, "long")}}},
        {{{Map("lower_bounds", 125, 126, "bytes")}}},
        {{{Map("upper_bounds", 128, 129, "bytes")}}},
        {"name":"split_offsets","type":["null",{"type":"array","items":"long","element-id":133}],"default":null,"field-id":132},
        {"name":"referenced_data_file","type":["null","string"],"default":null,"field-id":143}
        {{{(hasRowIds ? $$$"""
            ,{"name":"content_offset","type":{{{OptionalLong}}},"field-id":144},{"name":"content_size_in_bytes","type":{{{OptionalLong}}},"field-id":145}
            ,{{{FirstRowId().ToJsonString(PlainJson.Nodes)}}}
            """ : "")}}}]}
        """)!, file => file["fields"]![3]!["type"]!["fields"] = new JsonArray([.. spec.Fields.Select(field => Partition(field, schema))]));

    /// <summary>Of the entries of files that another manifest has, encoded as they are there.</summary>
    /// <param name="file">What that manifest's schema says of <c>data_file</c>.</param>
    public static string Removed(JsonNode file) => Entry(file.DeepClone(), _ => { });

    /// <summary>Field 142 of <c>data_file</c>.</summary>
    public static JsonObject FirstRowId() => Optional("first_row_id", "long", 142);

    private static string Entry(JsonNode file, Action<JsonNode> complete)
    {
        complete(file);
        return new JsonObject
        {
            ["type"] = "record",
            ["name"] = "manifest_entry",
            ["fields"] = new JsonArray(
                new JsonObject { ["name"] = "status", ["type"] = "int", ["field-id"] = 0 },
                Optional("snapshot_id", "long", 1), Optional("sequence_number", "long", 3), Optional("file_sequence_number", "long", 4),
                new JsonObject { ["name"] = "data_file", ["type"] = file, ["field-id"] = 2 }),
        }.ToJsonString(PlainJson.Nodes);
    }

    private static JsonObject Optional(string name, JsonNode type, int id) =>
        new() { ["name"] = name, ["type"] = new JsonArray("null", type), ["default"] = null, ["field-id"] = id };

    /// <summary>Avro's maps have text for keys; those with numbers are lists of pairs.</summary>
    private static string Map(string name, int id, int keyId, string value) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"name":"{{{name}}}","default":null,"field-id":{{{id}}},"type":["null",{"type":"array","logicalType":"map","items":{"type":"record","name":"k{{{keyId}}}_v{{{keyId + 1}}}","fields":[
        {"name":"key","type":"int","field-id":{{{keyId}}}},{"name":"value","type":"{{{value}}}","field-id":{{{keyId + 1}}}}]}}]}
        """);

    private static JsonObject Partition(PartitionField field, IcebergSchema schema)
    {
        JsonObject json = Optional(AvroName(field.Name), PartitionType(field, schema), field.FieldId);
        if (AvroName(field.Name) != field.Name)
            json["iceberg-field-name"] = field.Name;
        return json;
    }

    /// <summary>What is always null has any type; its column's is the one that void has.</summary>
    private static JsonNode PartitionType(PartitionField field, IcebergSchema schema) => field.Transform.Kind switch
    {
        TransformKind.Day => Logical("int", "date"),
        TransformKind.Bucket or TransformKind.Year or TransformKind.Month or TransformKind.Hour => "int",
        _ when schema.Column(field.SourceId) is { DataType: not NestedType } column => Type(column, field.FieldId),
        _ => "int",
    };

    private static JsonNode Type(Field column, int id) => column.DataType switch
    {
        BooleanType => "boolean",
        Int32Type => "int",
        Int64Type => "long",
        FloatType => "float",
        DoubleType => "double",
        Decimal128Type type => Decimal(type, id),
        Date32Type => Logical("int", "date"),
        Time64Type => Logical("long", "time-micros"),
        TimestampType type => new JsonObject { ["type"] = "long", ["logicalType"] = type.Unit == TimeUnit.Nanosecond ? "timestamp-nanos" : "timestamp-micros", ["adjust-to-utc"] = type.Timezone is not null },
        StringType => "string",
        BinaryType => "bytes",
        FixedSizeBinaryType type when column.IsUuid() => Fixed(type.ByteWidth, "uuid_fixed", id, "uuid"),
        FixedSizeBinaryType type => Fixed(type.ByteWidth, "fixed", id, logical: null),
        var type => throw new InvalidOperationException($"{type.TypeId} is no type of a partition value."),
    };

    private static JsonObject Decimal(Decimal128Type type, int id)
    {
        JsonObject json = Fixed(DecimalBytes(type), "decimal", id, "decimal");
        json["precision"] = type.Precision;
        json["scale"] = type.Scale;
        return json;
    }

    /// <summary>"Stored as fixed using the minimum number of bytes for the given precision."</summary>
    public static int DecimalBytes(Decimal128Type type)
    {
        System.Numerics.BigInteger greatest = System.Numerics.BigInteger.Pow(10, type.Precision) - 1;
        return greatest.GetByteCount();
    }

    private static JsonObject Logical(string type, string logical) => new() { ["type"] = type, ["logicalType"] = logical };

    /// <summary>Named types have names of their own, or two of different lengths would be one.</summary>
    private static JsonObject Fixed(int bytes, string name, int id, string? logical)
    {
        var json = new JsonObject { ["type"] = "fixed", ["name"] = string.Create(CultureInfo.InvariantCulture, $"{name}_{id}"), ["size"] = bytes };
        if (logical is not null)
            json["logicalType"] = logical;
        return json;
    }

    /// <summary>Avro allows letters, digits and underscores; others are written as their number, as the reference implementation does.</summary>
    private static string AvroName(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            if (char.IsAsciiLetter(c) || c == '_' || (char.IsAsciiDigit(c) && text.Length > 0))
                text.Append(c);
            else if (char.IsAsciiDigit(c))
                text.Append('_').Append(c);
            else
                text.Append(CultureInfo.InvariantCulture, $"_x{(int)c:X}");
        }

        return text.ToString();
    }
}
