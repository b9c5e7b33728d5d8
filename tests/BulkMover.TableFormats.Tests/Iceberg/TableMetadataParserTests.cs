using System.Text;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class TableMetadataParserTests
{
    [Theory]
    [InlineData("format-version")]
    [InlineData("location")]
    [InlineData("schemas")]
    [InlineData("current-schema-id")]
    [InlineData("partition-specs")]
    [InlineData("default-spec-id")]
    [InlineData("last-partition-id")]
    [InlineData("sort-orders")]
    [InlineData("default-sort-order-id")]
    public void Parse_RequiredFieldIsMissing_IsNamed(string field)
    {
        JsonObject json = new TestTable().Metadata;
        json.Remove(field);

        Assert.Contains($"'{field}' is missing", Assert.Throws<CorruptTableException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("current-schema-id", "5")]
    [InlineData("default-spec-id", "5")]
    [InlineData("default-sort-order-id", "5")]
    [InlineData("current-snapshot-id", "\"1\"")]
    [InlineData("location", "7")]
    [InlineData("properties", "[]")]
    [InlineData("snapshots", "{}")]
    [InlineData("refs", "[]")]
    [InlineData("format-version", "0")]
    public void Parse_FieldHasWrongValue_IsRefused(string field, string value)
    {
        JsonObject json = new TestTable().Metadata;
        json[field] = JsonNode.Parse(value);

        Assert.Contains(field == "format-version" ? "version 0" : $"'{field}'",
            Assert.ThrowsAny<BulkMoverException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HigherVersion_IsRefusedByName()
    {
        JsonObject json = new TestTable().Metadata;
        json["format-version"] = 4;

        Assert.Equal("iceberg.version_unsupported", Assert.Throws<UnsupportedFeatureException>(() => Parse(json)).Code);
    }

    [Fact]
    public void Parse_Version1WithSingleSchemaAndSpec_NumbersPartitionFieldsFrom1000()
    {
        TableMetadata metadata = Parse(Version1());

        Assert.Equal(["a", "b"], metadata.CurrentSchema.Arrow.FieldsList.Select(field => field.Name));
        Assert.Equal(
            [new PartitionField(2, 1000, "b", new Transform(TransformKind.Identity, 0, "identity")),
             new PartitionField(1, 1001, "a_bucket", new Transform(TransformKind.Bucket, 8, "bucket[8]"))],
            metadata.DefaultSpec.Fields);
        Assert.Empty(metadata.DefaultSortOrder.Fields);
        Assert.Null(metadata.CurrentSnapshotId);
    }

    [Fact]
    public void Parse_Version1WithIdsButWithoutLists_TakesSingleSchema()
    {
        // BigQuery writes current-schema-id without schemas.
        JsonObject json = Version1();
        json["current-schema-id"] = 0;

        Assert.Equal(2, Parse(json).CurrentSchema.Arrow.FieldsList.Count);
    }

    [Fact]
    public void Parse_TextIsNotUnicode_ThrowsCorruptTable()
    {
        string json = new TestTable().Metadata.ToJsonString().Replace("s3://lake", "\\ud800", StringComparison.Ordinal);

        Assert.Throws<CorruptTableException>(() => TableMetadataParser.Parse(Encoding.UTF8.GetBytes(json), "f"));
    }

    [Fact]
    public void Parse_TypesNestedWithoutEnd_ThrowsCorruptTable()
    {
        string type = string.Concat(Enumerable.Repeat("""{"type":"list","element-id":1,"element-required":true,"element":""", 100_000));

        Assert.Throws<CorruptTableException>(() =>
            TableMetadataParser.Parse(Encoding.UTF8.GetBytes($$"""{"format-version":2,"schemas":[{"type":"struct","fields":[{"type":{{type}}"""), "f"));
    }

    [Theory]
    [InlineData("identity", nameof(TransformKind.Identity), 0)]
    [InlineData("bucket[16]", nameof(TransformKind.Bucket), 16)]
    [InlineData("truncate[3]", nameof(TransformKind.Truncate), 3)]
    [InlineData("year", nameof(TransformKind.Year), 0)]
    [InlineData("month", nameof(TransformKind.Month), 0)]
    [InlineData("day", nameof(TransformKind.Day), 0)]
    [InlineData("hour", nameof(TransformKind.Hour), 0)]
    [InlineData("void", nameof(TransformKind.Void), 0)]
    [InlineData("bucket[0]", nameof(TransformKind.Unknown), 0)]
    [InlineData("bucket", nameof(TransformKind.Unknown), 0)]
    [InlineData("zorder", nameof(TransformKind.Unknown), 0)]
    public void ParseTransform_Text_IsRecognised(string text, string kind, int parameter) =>
        Assert.Equal(new Transform(Enum.Parse<TransformKind>(kind), parameter, text), Transform.Parse(text));

    internal static JsonObject Version1() => JsonNode.Parse("""
        {"format-version":1,"location":"s3://lake/db/t","last-updated-ms":1,"last-column-id":2,
         "schema":{"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"int"},{"id":2,"name":"b","required":false,"type":"string"}]},
         "partition-spec":[{"name":"b","transform":"identity","source-id":2},{"name":"a_bucket","transform":"bucket[8]","source-id":1}],
         "current-snapshot-id":-1}
        """)!.AsObject();

    private static TableMetadata Parse(JsonObject json) => TableMetadataParser.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "v1.metadata.json");
}
