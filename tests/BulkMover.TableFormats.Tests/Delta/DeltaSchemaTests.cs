using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Schema Serialization Format".</summary>
public sealed class DeltaSchemaTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Theory]
    [InlineData("string", "string")]
    [InlineData("long", "int64")]
    [InlineData("integer", "int32")]
    [InlineData("short", "int16")]
    [InlineData("byte", "int8")]
    [InlineData("float", "float")]
    [InlineData("double", "double")]
    [InlineData("boolean", "bool")]
    [InlineData("void", "null")]
    [InlineData("binary", "binary")]
    [InlineData("date", "date32")]
    [InlineData("timestamp", "timestamp(us, UTC)")]
    [InlineData("timestamp_ntz", "timestamp(us)")]
    [InlineData("decimal(38,18)", "decimal128(38, 18)")]
    [InlineData("decimal(10, 4)", "decimal128(10, 4)")]
    [InlineData("decimal", "decimal128(10, 0)")]
    public async Task Open_PrimitiveType_HasItsArrowType(string type, string expected)
    {
        table.Commit(0, Protocol, Metadata(Schema(("c", type))));

        Assert.Equal(expected, SourceType.Describe((await table.SnapshotAsync()).Schema.GetFieldByIndex(0)));
    }

    [Fact]
    public async Task Open_ExampleOfTheProtocol_HasItsNullability()
    {
        table.Commit(0, Protocol, Metadata("""
            {"type":"struct","fields":[
              {"name":"a","type":"integer","nullable":false,"metadata":{}},
              {"name":"b","type":{"type":"struct","fields":[{"name":"d","type":"integer","nullable":false,"metadata":{}}]},"nullable":true,"metadata":{}},
              {"name":"c","type":{"type":"array","elementType":"integer","containsNull":false},"nullable":true,"metadata":{}},
              {"name":"e","type":{"type":"array","elementType":{"type":"struct","fields":[{"name":"d","type":"integer","nullable":false,"metadata":{}}]},"containsNull":true},"nullable":true,"metadata":{}},
              {"name":"f","type":{"type":"map","keyType":"string","valueType":"string","valueContainsNull":true},"nullable":true,"metadata":{}}]}
            """));

        Schema schema = (await table.SnapshotAsync()).Schema;
        Assert.Equal(
            ["int32", "struct<d: int32>", "list<int32>", "list<struct<d: int32>>", "map<string, string>"],
            schema.FieldsList.Select(SourceType.Describe));
        Assert.Equal([false, true, true, true, true], schema.FieldsList.Select(field => field.IsNullable));
        Assert.False(((Apache.Arrow.Types.ListType)schema.GetFieldByName("c").DataType).ValueField.IsNullable);
        Assert.True(((Apache.Arrow.Types.ListType)schema.GetFieldByName("e").DataType).ValueField.IsNullable);
        Assert.True(((Apache.Arrow.Types.MapType)schema.GetFieldByName("f").DataType).ValueField.IsNullable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"struct\"")]
    [InlineData("""{"type":"struct"}""")]
    [InlineData("""{"type":"struct","fields":[{"name":"a","type":"long"}]}""")]
    [InlineData("""{"type":"struct","fields":[{"name":null,"type":"long","nullable":true}]}""")]
    [InlineData("""{"type":"struct","fields":[{"name":"a","type":"long","nullable":true},{"name":"a","type":"long","nullable":true}]}""")]
    [InlineData("""{"type":"struct","fields":[{"name":"a","type":{"type":"array"},"nullable":true}]}""")]
    public async Task Open_SchemaIsBroken_ThrowsCorruptTable(string schema)
    {
        table.Commit(0, Protocol, Metadata(schema));

        Assert.Equal("delta.schema_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    [Fact]
    public async Task Open_SchemaIsNestedWithoutEnd_ThrowsCorruptTable()
    {
        string type = "long";
        string nested = string.Concat(Enumerable.Repeat("""{"type":"array","containsNull":true,"elementType":""", 100_000)) + $"\"{type}\"" + new string('}', 100_000);
        table.Commit(0, Protocol, Metadata($$$"""{"type":"struct","fields":[{"name":"a","type":{{{nested}}},"nullable":true}]}"""));

        Assert.Equal("delta.schema_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("nested")]
    public async Task Open_PartitionColumnIsNoSimpleColumn_ThrowsCorruptTable(string column)
    {
        table.Commit(0, Protocol, Metadata(Schema(("nested", """{"type":"array","elementType":"long","containsNull":true}""")), [column]));

        Assert.Equal("delta.partition_column_unknown", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    public void Dispose() => table.Dispose();
}
