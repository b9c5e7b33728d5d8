using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Avro.AvroTestFile;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Iceberg spec, "Schema Evolution" and "Column Projection", of Avro data files: columns are what their field ids say, at every level.</summary>
public sealed class AvroEvolutionTests
{
    private const string Nested =
        """{"type":"record","name":"s","fields":[{"name":"a","type":"int","field-id":11},{"name":"b","type":"string","field-id":12},{"name":"c","type":"float","field-id":13}]}""";

    [Fact]
    public async Task Read_ColumnsRenamedAndReordered_AreFoundByFieldId()
    {
        using AvroTestFile file = Of(Record("\"long\"", "\"string\""), [2, 2, (byte)'x']);

        Assert.Equal(["""{"f1":"x","other":1}"""], await file.ReadAsync(Field("f1", 2, StringType.Default), Field("other", 1, Int64Type.Default)));
    }

    [Fact]
    public async Task Read_ColumnAddedLater_IsNull()
    {
        using AvroTestFile file = Of(Record("\"long\""), [2]);

        // The name is that of a column that was dropped; the id is new.
        Assert.Equal(["""{"f1":null,"old":1}"""], await file.ReadAsync(Field("f1", 9, Int64Type.Default), Field("old", 1, Int64Type.Default)));
    }

    [Fact]
    public async Task Read_MembersOfAStruct_AreRenamedReorderedDroppedAndAdded()
    {
        using AvroTestFile file = Of(Record(Nested), [2, 2, (byte)'x', 0, 0, 0xC0, 0x3F], [4, 0, 0, 0, 0xC0, 0x3F]);

        Assert.Equal(["""{"s":{"new":null,"b2":"x","a2":1}}""", """{"s":{"new":null,"b2":"","a2":2}}"""], await file.ReadAsync(Field("s", 1, new StructType(
            [Field("new", 14, StringType.Default), Field("b2", 12, StringType.Default), Field("a2", 11, Int64Type.Default)]))));
    }

    [Fact]
    public async Task Read_MembersInsideAListAndAMap_AreFoundByFieldId()
    {
        string map = """{"type":"map","values":"s","key-id":21,"value-id":22}""";
        using AvroTestFile file = Of(Record($$"""{"type":"array","items":{{Nested}},"element-id":10}""", map),
            [2, 2, 0, 0, 0, 0xC0, 0x3F, 0, 2, 2, (byte)'k', 4, 0, 0, 0, 0x80, 0x3F, 0]);
        var wanted = new StructType([Field("c", 13, DoubleType.Default), Field("a", 11, Int64Type.Default)]);

        Assert.Equal(["""{"l":[{"c":1.5,"a":1}],"m":[["k",{"c":1.0,"a":2}]]}"""], await file.ReadAsync(
            Field("l", 1, new ListType(Field("element", 10, wanted))),
            Field("m", 2, new MapType(Field("key", 21, StringType.Default, nullable: false), Field("value", 22, wanted)))));
    }

    [Fact]
    public async Task Read_EveryMemberOfAnOptionalStructIsNew_KeepsWhereItIsNull()
    {
        using AvroTestFile file = Of(Record($"""["null",{Nested}]"""), [0], [2, 2, 2, (byte)'x', 0, 0, 0xC0, 0x3F]);

        Assert.Equal(["""{"s":null}""", """{"s":{"new":null}}"""], await file.ReadAsync(Field("s", 1, new StructType([Field("new", 14, StringType.Default)]))));
    }

    [Fact]
    public async Task Read_PromotedTypes_AreWidened()
    {
        using AvroTestFile file = Of(
            Record("\"int\"", "\"float\"", """{"type":"fixed","name":"d","size":4,"logicalType":"decimal","precision":9,"scale":2}""", """{"type":"int","logicalType":"date"}"""),
            [1, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0x7B, 2]);

        Assert.Equal(["""{"l":-1,"d":1.5,"m":"1.23","at":"1970-01-02T00:00:00.000000"}"""], await file.ReadAsync(
            Field("l", 1, Int64Type.Default), Field("d", 2, DoubleType.Default), Field("m", 3, new Decimal128Type(18, 2)),
            Field("at", 4, new TimestampType(TimeUnit.Microsecond, (string?)null))));
    }

    [Fact]
    public async Task Read_TypeThatCannotBeWidened_ThrowsCorruptTable()
    {
        using AvroTestFile file = Of(Record("\"long\""), [2]);

        Assert.Equal("file.type_mismatch", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Field("v", 1, Int32Type.Default)))).Code);
    }

    [Fact]
    public async Task Read_RequiredColumnIsMissing_ThrowsCorruptTable()
    {
        using AvroTestFile file = Of(Record("\"long\""), [2]);

        Assert.Equal("file.column_missing",
            (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(Field("v", 2, Int32Type.Default, nullable: false)))).Code);
    }

    [Fact]
    public async Task Read_RequiredColumnOrElementHasNulls_ThrowsCorruptTable()
    {
        using AvroTestFile column = Of(Record("""["null","long"]"""), [2, 2], [0]);
        using AvroTestFile element = Of(Record("""{"type":"array","items":["null","long"],"element-id":2}"""), [2, 0, 0]);

        Assert.Equal("file.value_missing",
            (await Assert.ThrowsAsync<CorruptTableException>(() => column.ReadAsync(Field("v", 1, Int64Type.Default, nullable: false)))).Code);
        Assert.Equal("file.value_missing", (await Assert.ThrowsAsync<CorruptTableException>(
            () => element.ReadAsync(Field("v", 1, new ListType(Field("element", 2, Int64Type.Default, nullable: false)))))).Code);
    }

    [Fact]
    public async Task Read_ColumnOnlyInThePartition_IsFilledWithItsValue()
    {
        using AvroTestFile file = Of(Record("\"long\""), [2], [4]);
        var constants = new Dictionary<string, Scalar>(StringComparer.Ordinal)
        {
            ["day"] = new Scalar(Int32Type.Default, 7L),
            ["id"] = new Scalar(Int64Type.Default, 99L),
        };

        // What the file has is not replaced.
        Assert.Equal([["""{"id":1,"day":7}""", """{"id":2,"day":7}"""]],
            await file.ReadBatchesAsync([Field("id", 1, Int64Type.Default), Field("day", 2, Int32Type.Default)], constants));
    }

    [Fact]
    public async Task Read_FileWithoutIds_IsMatchedByTheNameMapping()
    {
        string record = """{"type":"record","name":"r","fields":[{"name":"n_id","type":"long"},{"name":"s","type":{"type":"record","name":"s","fields":[{"name":"x","type":"long"}]}}]}""";
        using AvroTestFile file = Of(record, [2, 4]);

        Assert.Equal(["""{"inner":{"y":2},"id":1,"other":null}"""], await file.ReadAsync(
            Field("inner", 2, new StructType([Field("y", 3, Int64Type.Default).WithMappedNames(["x"])])).WithMappedNames(["s"]),
            Field("id", 1, Int64Type.Default).WithMappedNames(["old", "n_id"]), Field("other", 4, Int64Type.Default)));
    }

    [Fact]
    public async Task Read_FileWithoutIdsAndNoMapping_IsRefusedByName()
    {
        using AvroTestFile file = Of("""{"type":"record","name":"r","fields":[{"name":"a","type":"long"},{"name":"b","type":"long"}]}""", [2, 4]);

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync(Field("b", 1, Int64Type.Default)));

        Assert.Equal("file.field_ids_missing", error.Code);
    }

    [Theory]
    [InlineData("""["null","long","string"]""", "a union")]
    [InlineData("""["long","string"]""", "a union")]
    [InlineData("""["null"]""", "a union")]
    [InlineData("""{"type":"fixed","name":"x","size":0}""", "a fixed of no bytes")]
    [InlineData("""{"type":"record","name":"x","fields":[]}""", "a record of no fields")]
    public async Task Read_WantedColumnHasAnotherUnionOrAnEmptyType_IsRefusedByName(string type, string named)
    {
        using AvroTestFile file = Of(Record(type, "\"long\""), [0, 2]);

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync(Field("v", 1, Int64Type.Default)));

        Assert.Equal("avro.type_unsupported", error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("'f1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TypesThatAreNotReadNorWanted_AreSteppedOverAtEveryLevel()
    {
        string odd = """["int","string"]""";
        string empty = """{"name":"n","type":{"type":"record","name":"nothing","fields":[]},"field-id":13}""";
        using AvroTestFile file = Of(
            Record(odd, $$"""{"type":"record","name":"s","fields":[{"name":"u","type":{{odd}},"field-id":11},{{empty}},{"name":"a","type":"long","field-id":12}]}"""),
            [2, 2, (byte)'x', 0, 8, 14]);

        Assert.Equal(["""{"s":{"a":7}}"""], await file.ReadAsync(Field("s", 2, new StructType([Field("a", 12, Int64Type.Default)]))));
    }
}
