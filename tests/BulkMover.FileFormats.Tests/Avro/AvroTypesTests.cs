using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Avro.AvroTestFile;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>Iceberg spec, Appendix A, "Avro": the type that each type of a table is stored as. Bytes by the Avro specification, "Binary Encoding".</summary>
public sealed class AvroTypesTests
{

    private static readonly Dictionary<string, Field> Tables = new(StringComparer.Ordinal)
    {
        ["boolean"] = Field("v", 1, BooleanType.Default),
        ["int"] = Field("v", 1, Int32Type.Default),
        ["long"] = Field("v", 1, Int64Type.Default),
        ["float"] = Field("v", 1, FloatType.Default),
        ["double"] = Field("v", 1, DoubleType.Default),
        ["decimal(9,2)"] = Field("v", 1, new Decimal128Type(9, 2)),
        ["decimal(38,0)"] = Field("v", 1, new Decimal128Type(38, 0)),
        ["date"] = Field("v", 1, Date32Type.Default),
        ["time"] = Field("v", 1, Time64Type.Microsecond),
        ["timestamp"] = Field("v", 1, new TimestampType(TimeUnit.Microsecond, (string?)null)),
        ["timestamptz"] = Field("v", 1, new TimestampType(TimeUnit.Microsecond, "UTC")),
        ["timestamp_ns"] = Field("v", 1, new TimestampType(TimeUnit.Nanosecond, (string?)null)),
        ["timestamptz_ns"] = Field("v", 1, new TimestampType(TimeUnit.Nanosecond, "UTC")),
        ["string"] = Field("v", 1, StringType.Default),
        ["uuid"] = Field("v", 1, UuidType.Storage).AsUuid(),
        ["fixed[3]"] = Field("v", 1, new FixedSizeBinaryType(3)),
        ["binary"] = Field("v", 1, BinaryType.Default),
        ["struct"] = Field("v", 1, new StructType([Field("a", 2, Int64Type.Default), Field("b", 3, StringType.Default)])),
        ["list<unknown>"] = Field("v", 1, new ListType(Field("element", 2, NullType.Default))),
        ["list<struct<unknown>>"] = Field("v", 1, new ListType(Field("element", 2, new StructType([Field("a", 3, NullType.Default)])))),
        ["map<string,unknown>"] = Field("v", 1, new MapType(Field("key", 2, StringType.Default, nullable: false), Field("value", 3, NullType.Default))),
        ["map<string,binary>"] = Field("v", 1, new MapType(Field("key", 2, StringType.Default, nullable: false), Field("value", 3, BinaryType.Default))),
        ["list<int>"] = Field("v", 1, new ListType(Field("element", 2, Int32Type.Default))),
        ["map<string,int>"] = Field("v", 1, new MapType(Field("key", 2, StringType.Default, nullable: false), Field("value", 3, Int32Type.Default))),
        ["map<int,string>"] = Field("v", 1, new MapType(Field("key", 2, Int32Type.Default, nullable: false), Field("value", 3, StringType.Default))),
    };

    /// <summary>Table type, Avro type, bytes of a value in hex, value in canon-1.</summary>
    public static TheoryData<string, string, string, string> Values => new()
    {
        { "boolean", "\"boolean\"", "01", "true" },
        { "boolean", "\"boolean\"", "00", "false" },
        { "int", "\"int\"", "ffffffff0f", "-2147483648" },
        { "long", "\"long\"", "feffffffffffffffff01", "9223372036854775807" },
        { "float", "\"float\"", "0000c0bf", "-1.5" },
        { "double", "\"double\"", "000000000000f87f", "\"NaN\"" },
        { "decimal(9,2)", """{"type":"fixed","name":"d","size":4,"logicalType":"decimal","precision":9,"scale":2}""", "ffffff85", "\"-1.23\"" },
        { "decimal(9,2)", """{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}""", "027b", "\"1.23\"" },
        // The sign may be extended to any length.
        { "decimal(9,2)", """{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}""", "28ffffffffffffffffffffffffffffffffffffff85", "\"-1.23\"" },
        { "decimal(38,0)", """{"type":"fixed","name":"d","size":16,"logicalType":"decimal","precision":38,"scale":0}""",
            "4b3b4ca85a86c47a098a223fffffffff", "\"99999999999999999999999999999999999999\"" },
        { "date", """{"type":"int","logicalType":"date"}""", "01", "\"1969-12-31\"" },
        { "time", """{"type":"long","logicalType":"time-micros"}""", "02", "\"00:00:00.000001\"" },
        { "time", """{"type":"int","logicalType":"time-millis"}""", "02", "\"00:00:00.001000\"" },
        { "timestamp", """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false}""", "01", "\"1969-12-31T23:59:59.999999\"" },
        { "timestamp", """{"type":"long","logicalType":"timestamp-micros"}""", "01", "\"1969-12-31T23:59:59.999999\"" },
        { "timestamp", """{"type":"long","logicalType":"local-timestamp-micros"}""", "01", "\"1969-12-31T23:59:59.999999\"" },
        { "timestamp", """{"type":"long","logicalType":"timestamp-millis"}""", "01", "\"1969-12-31T23:59:59.999000\"" },
        { "timestamp", """{"type":"long","logicalType":"local-timestamp-millis"}""", "01", "\"1969-12-31T23:59:59.999000\"" },
        { "timestamptz", """{"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true}""", "01", "\"1969-12-31T23:59:59.999999Z\"" },
        { "timestamp_ns", """{"type":"long","logicalType":"timestamp-nanos","adjust-to-utc":false}""", "01", "\"1969-12-31T23:59:59.999999999\"" },
        { "timestamp_ns", """{"type":"long","logicalType":"local-timestamp-nanos"}""", "01", "\"1969-12-31T23:59:59.999999999\"" },
        { "timestamptz_ns", """{"type":"long","logicalType":"timestamp-nanos","adjust-to-utc":true}""", "01", "\"1969-12-31T23:59:59.999999999Z\"" },
        { "string", "\"string\"", "04c3a9", "\"é\"" },
        { "string", """{"type":"string","avro.java.string":"String"}""", "00", "\"\"" },
        // Not a type of Iceberg's, but what a file that was added to a table may hold.
        { "string", """{"type":"enum","name":"e","symbols":["A","B"]}""", "02", "\"B\"" },
        { "uuid", """{"type":"fixed","name":"u","size":16,"logicalType":"uuid"}""", "f79c3e09677c4bbda4793f349cb785e7", "\"f79c3e09-677c-4bbd-a479-3f349cb785e7\"" },
        { "fixed[3]", """{"type":"fixed","name":"x","size":3}""", "00ff80", "\"0x00ff80\"" },
        { "binary", "\"bytes\"", "0400ff", "\"0x00ff\"" },
        // Invalid logical types are to be ignored (Avro specification, "Logical Types").
        { "binary", """{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}""", "0400ff", "\"0x00ff\"" },
        { "long", """{"type":"long","logicalType":"of another time"}""", "02", "1" },
        { "struct", """{"type":"record","name":"s","fields":[{"name":"a","type":"long","field-id":2},{"name":"b","type":"string","field-id":3}]}""",
            "020278", """{"a":1,"b":"x"}""" },
        { "list<int>", """{"type":"array","items":"int","element-id":2}""", "00", "[]" },
        // Two runs of items, the second with its length in bytes ("Arrays").
        { "list<int>", """{"type":"array","items":"int","element-id":2}""", "04020405060a0c0e00", "[1,2,5,6,7]" },
        { "list<int>", """{"type":"array","items":["null","int"],"element-id":2}""", "0400020200", "[null,1]" },
        // "null is written as zero bytes" ("Primitive Types").
        { "list<unknown>", """{"type":"array","items":"null","element-id":2}""", "0600", "[null,null,null]" },
        { "list<unknown>", """{"type":"array","items":"null","element-id":2}""", "02030000", "[null,null,null]" },
        { "list<unknown>", """{"type":"array","items":"null","element-id":2}""", "00", "[]" },
        { "list<struct<unknown>>", """{"type":"array","items":{"type":"record","name":"s","fields":[{"name":"a","type":"null","field-id":3}]},"element-id":2}""",
            "0400", """[{"a":null},{"a":null}]""" },
        { "map<string,unknown>", """{"type":"map","values":"null","key-id":2,"value-id":3}""", "0402610262" + "00", """[["a",null],["b",null]]""" },
        { "map<string,binary>", """
            {"type":"array","logicalType":"map","items":{"type":"record","name":"k2_v3","fields":[
              {"name":"key","type":"string","field-id":2},{"name":"value","type":"bytes","field-id":3}]}}
            """, "02026102ff00", """[["a","0xff"]]""" },
        { "map<string,int>", """{"type":"map","values":"int","key-id":2,"value-id":3}""", "04026102026204" + "00", """[["a",1],["b",2]]""" },
        { "map<string,int>", """
            {"type":"array","logicalType":"map","items":{"type":"record","name":"k2_v3","fields":[
              {"name":"key","type":"string","field-id":2},{"name":"value","type":["null","int"],"field-id":3}]}}
            """, "0402610002620202" + "00", """[["a",null],["b",1]]""" },
        { "map<int,string>", """
            {"type":"array","logicalType":"map","items":{"type":"record","name":"k2_v3","fields":[
              {"name":"key","type":"int","field-id":2},{"name":"value","type":"string","field-id":3}]}}
            """, "0202027800", """[[1,"x"]]""" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Read_TypeOfAppendixA_GivesItsValue(string table, string type, string hex, string expected)
    {
        byte[] value = Convert.FromHexString(hex);
        using AvroTestFile file = Of(Record(type, "\"long\""), [.. value, 14], [.. value, 16]);

        // The column behind it shows that no byte too many was read, and none too few.
        Assert.Equal([$$"""{"v":{{expected}},"next":7}""", $$"""{"v":{{expected}},"next":8}"""], await file.ReadAsync(Tables[table], Field("next", 2, Int64Type.Default)));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Read_OptionalFieldInEitherOrder_GivesValuesAndNulls(string table, string type, string hex, string expected)
    {
        byte[] value = Convert.FromHexString(hex);
        using AvroTestFile nullFirst = Of(Record($"""["null",{type}]"""), [0], [2, .. value], [0], [2, .. value]);
        using AvroTestFile nullLast = Of(Record($"""[{type},"null"]"""), [2], [0, .. value], [2], [0, .. value]);
        string[] lines = ["""{"v":null}""", $$"""{"v":{{expected}}}""", """{"v":null}""", $$"""{"v":{{expected}}}"""];

        Assert.Equal(lines, await nullFirst.ReadAsync(Tables[table]));
        Assert.Equal(lines, await nullLast.ReadAsync(Tables[table]));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Read_UnderARecordThatIsNull_GivesNullAndThenValues(string table, string type, string hex, string expected)
    {
        byte[] value = Convert.FromHexString(hex);
        using AvroTestFile file = Of(Record($$"""["null",{"type":"record","name":"outer","fields":[{"name":"v","type":{{type}},"field-id":1}]}]"""), [0], [2, .. value], [0]);
        Field outer = Field("outer", 1, new StructType([Tables[table]]));

        Assert.Equal(["""{"outer":null}""", $$$"""{"outer":{"v":{{{expected}}}}}""", """{"outer":null}"""], await file.ReadAsync(outer));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Read_ColumnIsNotWanted_StepsOverIt(string table, string type, string hex, string expected)
    {
        Assert.NotEqual("", table + expected);
        byte[] value = Convert.FromHexString(hex);
        using AvroTestFile file = Of(Record(type, "\"long\"", $"""["null",{type}]"""), [.. value, 14, 0], [.. value, 16, 2, .. value]);

        Assert.Equal(["""{"next":7}""", """{"next":8}"""], await file.ReadAsync(Field("next", 2, Int64Type.Default)));
    }

    [Fact]
    public async Task Read_FieldOfTypeNull_GivesNulls()
    {
        using AvroTestFile file = Of(Record("\"null\"", "\"long\""), [2], [4]);

        Assert.Equal(["""{"v":null,"n":1}""", """{"v":null,"n":2}"""], await file.ReadAsync(Field("v", 1, StringType.Default), Field("n", 2, Int64Type.Default)));
    }

    /// <summary>
    /// "null is written as zero bytes" and "a record is encoded by encoding the values of its fields": such rows have no bytes at all, and a
    /// writer that cuts blocks by their bytes has all rows in one.
    /// </summary>
    [Theory]
    [InlineData("null", 0)]
    [InlineData("null", 8 * 1024 * 1024)]
    [InlineData("deflate", 0)]
    [InlineData("snappy", 0)]
    [InlineData("zstandard", 0)]
    public async Task Read_RowsWithoutBytes_AreCounted(string codec, int smallBytes)
    {
        foreach (string schema in (string[])[Record("\"null\"", "\"null\""), Record(), Record("""{"type":"record","name":"s","fields":[{"name":"n","type":"null"}]}""")])
        {
            (long Records, byte[] Data) block = (70_000, AvroFiles.Compress(codec, []));
            using var file = new AvroTestFile(AvroFiles.ByHand(schema, codec, block, block)) { Options = new() { SmallBytes = smallBytes } };

            string[] rows = await file.ReadAsync(Field("v", 2, NullType.Default), Field("n", 9, Int64Type.Default));

            Assert.Equal(140_000, rows.Length);
            Assert.Equal("""{"v":null,"n":null}""", Assert.Single(rows.Distinct()));
        }
    }

    [Fact]
    public async Task Read_ListOfNullsThatBecameAnotherType_GivesNulls()
    {
        using AvroTestFile file = Of(Record("""{"type":"array","items":"null","element-id":2}"""), [4, 0], [0], [2, 2, 0]);

        Assert.Equal(["""{"v":[null,null]}""", """{"v":[]}""", """{"v":[null,null]}"""],
            await file.ReadAsync(Field("v", 1, new ListType(Field("element", 2, StringType.Default)))));
    }

    [Fact]
    public async Task Read_TypeIsNamedAndUsedAgain_GivesBothValues()
    {
        using AvroTestFile file = Of(Record("""{"type":"fixed","name":"x.two","size":2}""", "\"x.two\""), [1, 2, 3, 4]);

        Assert.Equal(["""{"a":"0x0102","b":"0x0304"}"""],
            await file.ReadAsync(Field("a", 1, new FixedSizeBinaryType(2)), Field("b", 2, new FixedSizeBinaryType(2))));
    }
}
