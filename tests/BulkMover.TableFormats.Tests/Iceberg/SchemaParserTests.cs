using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class SchemaParserTests
{
    [Theory]
    [InlineData("boolean", ArrowTypeId.Boolean)]
    [InlineData("int", ArrowTypeId.Int32)]
    [InlineData("long", ArrowTypeId.Int64)]
    [InlineData("float", ArrowTypeId.Float)]
    [InlineData("double", ArrowTypeId.Double)]
    [InlineData("date", ArrowTypeId.Date32)]
    [InlineData("string", ArrowTypeId.String)]
    [InlineData("binary", ArrowTypeId.Binary)]
    public void Parse_Primitive_HasItsArrowType(string type, ArrowTypeId expected) =>
        Assert.Equal(expected, ParseColumn($"\"{type}\"").DataType.TypeId);

    [Theory]
    [InlineData("timestamp", TimeUnit.Microsecond, null)]
    [InlineData("timestamptz", TimeUnit.Microsecond, "UTC")]
    [InlineData("timestamp_ns", TimeUnit.Nanosecond, null)]
    [InlineData("timestamptz_ns", TimeUnit.Nanosecond, "UTC")]
    public void Parse_Timestamp_HasUnitAndZone(string type, TimeUnit unit, string? zone)
    {
        var arrow = Assert.IsType<TimestampType>(ParseColumn($"\"{type}\"").DataType);
        Assert.Equal((unit, zone), (arrow.Unit, arrow.Timezone));
    }

    [Theory]
    [InlineData("decimal(9,2)", 9, 2)]
    [InlineData("decimal(38, 0)", 38, 0)]
    public void Parse_Decimal_HasPrecisionAndScale(string type, int precision, int scale)
    {
        var arrow = Assert.IsType<Decimal128Type>(ParseColumn($"\"{type}\"").DataType);
        Assert.Equal((precision, scale), (arrow.Precision, arrow.Scale));
    }

    [Fact]
    public void Parse_TimeUuidAndFixed_HaveTheirWidths()
    {
        Assert.Equal(TimeUnit.Microsecond, Assert.IsType<Time64Type>(ParseColumn("\"time\"").DataType).Unit);
        Assert.True(ParseColumn("\"uuid\"").IsUuid());
        Assert.Equal(1, ParseColumn("\"uuid\"").FieldId());
        Assert.Equal(5, Assert.IsType<FixedSizeBinaryType>(ParseColumn("\"fixed[5]\"").DataType).ByteWidth);
    }

    [Fact]
    public void Parse_Nested_CarriesIdsAndNullabilityAtEveryLevel()
    {
        Field column = ParseColumn("""
            {"type":"map","key-id":2,"key":"string","value-id":3,"value-required":true,"value":
              {"type":"list","element-id":4,"element-required":false,"element":
                {"type":"struct","fields":[{"id":5,"name":"x","required":true,"type":"int"}]}}}
            """);

        var map = Assert.IsType<MapType>(column.DataType);
        var list = Assert.IsType<ListType>(map.ValueField.DataType);
        Field x = Assert.Single(Assert.IsType<StructType>(list.ValueDataType).Fields);
        Assert.Equal([1, 2, 3, 4, 5], new[] { column, map.KeyField, map.ValueField, list.ValueField, x }.Select(field => field.FieldId()));
        Assert.Equal([true, false, false, true, false], new[] { column, map.KeyField, map.ValueField, list.ValueField, x }.Select(field => field.IsNullable));
    }

    [Theory]
    [InlineData("unheard-of")]
    [InlineData("decimal")]
    public void Parse_TypeThatIsNotRead_IsNamed(string type)
    {
        TableFeature feature = Assert.Single(Parse($$"""[{"id":1,"name":"c","required":false,"type":"{{type}}"}]""").Features);

        Assert.Equal(($"type {type}", FeatureState.Refused), (feature.Name, feature.State));
    }

    [Theory]
    [InlineData("variant", "variant")]
    [InlineData("geometry", "geometry(OGC:CRS84)")]
    [InlineData("geometry(srid:4326)", "geometry(srid:4326)")]
    [InlineData("geography", "geography(OGC:CRS84, spherical)")]
    [InlineData("geography(srid:4269)", "geography(srid:4269, spherical)")]
    [InlineData("geography(srid:4269, karney)", "geography(srid:4269, karney)")]
    public void Parse_TypesOfVersion3_CarryTheirMarkWithTheDefaultsOfTheSpecification(string type, string expected)
    {
        Assert.Equal(expected, SourceType.Describe(ParseColumn($"\"{type}\"")));
        Field list = ParseColumn($$"""{"type":"list","element-id":2,"element-required":true,"element":"{{type}}"}""");
        Assert.Equal($"list<{expected}>", SourceType.Describe(list));
    }

    /// <summary>"Primitive Types": "default / null column type", which must be optional.</summary>
    [Fact]
    public void Parse_Unknown_HasOnlyNulls()
    {
        Field column = ParseColumn("\"unknown\"");

        Assert.Equal((ArrowTypeId.Null, true), (column.DataType.TypeId, column.IsNullable));
        Assert.Empty(Parse("""[{"id":1,"name":"c","required":false,"type":"unknown","initial-default":null}]""").Features);
    }

    /// <summary>Appendix C, "JSON single-value serialization", with its examples.</summary>
    [Theory]
    [InlineData("boolean", "true", "True")]
    [InlineData("int", "34", "34")]
    [InlineData("long", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("float", "1.0", "1")]
    [InlineData("float", "0.1", "0.10000000149011612")]
    [InlineData("double", "0.1", "0.1")]
    [InlineData("decimal(9,2)", "\"14.20\"", "1420")]
    [InlineData("decimal(38,0)", "\"2E+20\"", "200000000000000000000")]
    [InlineData("date", "\"2017-11-16\"", "17486")]
    [InlineData("time", "\"22:31:08.123456\"", "81068123456")]
    [InlineData("timestamp", "\"2017-11-16T22:31:08.123456\"", "1510871468123456")]
    [InlineData("timestamp", "\"1969-12-31T23:59:59.999999\"", "-1")]
    [InlineData("timestamptz", "\"2017-11-16T22:31:08.123456+00:00\"", "1510871468123456")]
    [InlineData("timestamp_ns", "\"2017-11-16T22:31:08.123456789\"", "1510871468123456789")]
    [InlineData("timestamptz_ns", "\"2017-11-16T22:31:08.123456789+00:00\"", "1510871468123456789")]
    [InlineData("string", "\"iceberg\"", "69636562657267")]
    [InlineData("string", "\"\"", "")]
    [InlineData("uuid", "\"f79c3e09-677c-4bbd-a479-3f349cb785e7\"", "F79C3E09677C4BBDA4793F349CB785E7")]
    [InlineData("fixed[4]", "\"000102ff\"", "000102FF")]
    [InlineData("binary", "\"000102ff\"", "000102FF")]
    public void Parse_InitialDefault_IsKeptAtTheField(string type, string json, string expected)
    {
        IcebergSchema schema = Parse($$"""[{"id":1,"name":"c","required":true,"type":"{{type}}","initial-default":{{json}},"write-default":[]}]""");

        object value = Assert.Single(schema.Arrow.FieldsList).InitialDefault()!.Value!;
        Assert.Equal(expected, value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(("initial-default", FeatureState.Read), (schema.Features.Single().Name, schema.Features.Single().State));
    }

    [Theory]
    [InlineData("boolean", "1")]
    [InlineData("int", "2147483648")]
    [InlineData("int", "1.5")]
    [InlineData("float", "1e39")]
    [InlineData("double", "\"1\"")]
    [InlineData("decimal(9,2)", "\"14.205\"")]
    [InlineData("decimal(9,2)", "14.2")]
    [InlineData("decimal(3,2)", "\"14.20\"")]
    [InlineData("date", "\"2017-02-30\"")]
    [InlineData("time", "\"24:00:00\"")]
    [InlineData("timestamp", "\"2017-11-16T22:31:08+00:00\"")]
    [InlineData("timestamp", "\"2017-11-16T22:31:08.1234567\"")]
    [InlineData("timestamptz", "\"2017-11-16T22:31:08\"")]
    [InlineData("timestamp_ns", "\"2317-11-16T22:31:08\"")]
    [InlineData("uuid", "\"f79c3e09677c4bbda4793f349cb785e7\"")]
    [InlineData("fixed[4]", "\"000102\"")]
    [InlineData("binary", "\"0g\"")]
    [InlineData("string", "{}")]
    [InlineData("unknown", "1")]
    [InlineData("variant", "{}")]
    [InlineData("geometry", "\"00\"")]
    [InlineData("geography(srid:4326)", "\"00\"")]
    public void Parse_InitialDefaultThatIsNoValueOfTheType_IsNamed(string type, string json) => Assert.Contains("'fields[0].initial-default'",
        Assert.Throws<CorruptTableException>(() => Parse($$"""[{"id":1,"name":"c","required":false,"type":"{{type}}","initial-default":{{json}}}]""")).Message,
        StringComparison.Ordinal);

    /// <summary>"The default stored for a nested struct may be either null or a non-null struct with no field values."</summary>
    [Theory]
    [InlineData("{}", "false", true)]
    [InlineData("""{"2":1}""", "false", false)]
    [InlineData("{}", "true", false)]
    public void Parse_InitialDefaultOfAStruct_HoldsNoValues(string json, string isRequired, bool isValid)
    {
        IcebergSchema ParseStruct() => Parse($$"""
            [{"id":1,"name":"c","required":false,"type":{"type":"struct","fields":[{"id":2,"name":"x","required":{{isRequired}},"type":"int"}]},"initial-default":{{json}}}]
            """);

        if (isValid)
            Assert.NotNull(Assert.Single(ParseStruct().Arrow.FieldsList).InitialDefault());
        else
            Assert.Throws<CorruptTableException>(ParseStruct);
    }

    [Fact]
    public void Parse_InitialDefaultOfAList_IsNamed() => Assert.Equal("initial-default of a list or map", Assert.Single(Parse("""
        [{"id":1,"name":"c","required":false,"type":{"type":"list","element-id":2,"element-required":false,"element":"int"},"initial-default":[1]}]
        """).Features).Name);

    [Theory]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"int"},{"id":1,"name":"b","required":true,"type":"int"}]""", "fields[1].id")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"int"},{"id":2,"name":"a","required":true,"type":"int"}]""", "fields[1]")]
    [InlineData("""[{"id":-1,"name":"a","required":true,"type":"int"}]""", "fields[0].id")]
    [InlineData("""[{"id":1,"name":"a","type":"int"}]""", "fields[0].required")]
    [InlineData("""[{"id":1,"name":"a","required":"yes","type":"int"}]""", "fields[0].required")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"decimal(39,2)"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"decimal(3,4)"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"fixed[0]"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"unknown"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":{"type":"list"}}]""", "fields[0].type.element-id")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":{"type":"set"}}]""", "fields[0].type.type")]
    [InlineData("""[{"id":1,"name":null,"required":true,"type":"int"}]""", "fields[0].name")]
    [InlineData("""["a"]""", "fields[0]")]
    public void Parse_BrokenField_IsNamed(string fields, string named)
    {
        CorruptTableException error = Assert.Throws<CorruptTableException>(() => Parse(fields));

        Assert.Equal("iceberg.metadata_invalid", error.Code);
        Assert.Contains($"'{named}'", error.Message, StringComparison.Ordinal);
    }

    private static Field ParseColumn(string type) =>
        Assert.Single(Parse($$"""[{"id":1,"name":"c","required":false,"type":{{type}}}]""").Arrow.FieldsList);

    private static IcebergSchema Parse(string fields)
    {
        using JsonDocument document = JsonDocument.Parse($$"""{"type":"struct","fields":{{fields}}}""");
        return SchemaParser.Parse(new MetadataNode(document.RootElement, "", "v1.metadata.json"));
    }
}
