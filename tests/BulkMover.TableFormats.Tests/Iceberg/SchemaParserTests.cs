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
    [InlineData("variant")]
    [InlineData("geometry(srid:4326)")]
    [InlineData("unknown")]
    [InlineData("unheard-of")]
    [InlineData("decimal")]
    public void Parse_TypeThatIsNotRead_IsNamed(string type)
    {
        TableFeature feature = Assert.Single(Parse($$"""[{"id":1,"name":"c","required":false,"type":"{{type}}"}]""").Features);

        Assert.Equal(($"type {type}", FeatureState.Refused), (feature.Name, feature.State));
    }

    [Fact]
    public void Parse_InitialDefault_IsNamed() => Assert.Equal("initial-default",
        Assert.Single(Parse("""[{"id":1,"name":"c","required":false,"type":"int","initial-default":3}]""").Features).Name);

    [Theory]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"int"},{"id":1,"name":"b","required":true,"type":"int"}]""", "fields[1].id")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"int"},{"id":2,"name":"a","required":true,"type":"int"}]""", "fields[1]")]
    [InlineData("""[{"id":-1,"name":"a","required":true,"type":"int"}]""", "fields[0].id")]
    [InlineData("""[{"id":1,"name":"a","type":"int"}]""", "fields[0].required")]
    [InlineData("""[{"id":1,"name":"a","required":"yes","type":"int"}]""", "fields[0].required")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"decimal(39,2)"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"decimal(3,4)"}]""", "fields[0].type")]
    [InlineData("""[{"id":1,"name":"a","required":true,"type":"fixed[0]"}]""", "fields[0].type")]
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
