using BulkMover.Core.Errors;
using BulkMover.FileFormats.Parquet.Thrift;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.FooterBytes;
using static BulkMover.FileFormats.Tests.Parquet.HandMadeFile;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>README.md, "Nested Encoding", and LogicalTypes.md, "Lists" and "Maps": levels that were worked out by hand.</summary>
public sealed class DremelTests
{
    private const int Required = 0, Optional = 1, Repeated = 2, Int32 = 1, Int64 = 2, ByteArray = 6, Utf8 = 0, Map = 1, MapKeyValue = 2, List = 3;

    /// <summary>A list of any integers: definition level 0 is no list, 1 an empty one, 2 a null in it, 3 an integer.</summary>
    private static readonly Action<CompactWriter>[] Integers =
        [Column("c", converted: List, children: 1), Column("list", children: 1, repetition: Repeated), Column("element", Int32)];

    /// <summary>The two documents of the Dremel paper (Melnik et al. 2010, figures 2 and 3).</summary>
    [Fact]
    public async Task ReadAsync_DocumentsOfTheDremelPaper_AreAssembledAsTheyWere()
    {
        using var file = new ParquetTestFile();
        Action<CompactWriter>[] schema =
        [
            Column("DocId", Int64, repetition: Required),
            Column("Links", children: 2), Column("Backward", Int64, repetition: Repeated), Column("Forward", Int64, repetition: Repeated),
            Column("Name", children: 2, repetition: Repeated), Column("Language", children: 2, repetition: Repeated),
            Column("Code", ByteArray, Utf8, repetition: Required), Column("Country", ByteArray, Utf8), Column("Url", ByteArray, Utf8),
        ];
        Write(file, 3, schema, 2,
            (Int64, 2, [Page(2, Longs(10, 20))]),
            (Int64, 3, [Page(3, [.. Levels(0, 0, 1), .. Levels(1, 2, 2), .. Longs(10, 30)])]),
            (Int64, 4, [Page(4, [.. Levels(0, 1, 1, 0), .. Levels(2, 2, 2, 2), .. Longs(20, 40, 60, 80)])]),
            (ByteArray, 5, [Page(5, [.. Levels(0, 2, 1, 1, 0), .. Levels(2, 2, 1, 2, 1), .. Texts("en-us", "en", "en-gb")])]),
            (ByteArray, 5, [Page(5, [.. Levels(0, 2, 1, 1, 0), .. Levels(3, 2, 1, 3, 1), .. Texts("us", "gb")])]),
            (ByteArray, 4, [Page(4, [.. Levels(0, 1, 1, 0), .. Levels(2, 2, 1, 2), .. Texts("http://A", "http://B", "http://C")])]));
        using var decoded = new DecodedChunks();

        Assert.Equal(
            [
                """{"DocId":10,"Links":{"Backward":[],"Forward":[20,40,60]},"Name":[{"Language":[{"Code":"en-us","Country":"us"},{"Code":"en","Country":null}],"Url":"http://A"},"""
                    + """{"Language":[],"Url":"http://B"},{"Language":[{"Code":"en-gb","Country":"gb"}],"Url":null}]}""",
                """{"DocId":20,"Links":{"Backward":[10,30],"Forward":[80]},"Name":[{"Language":[],"Url":"http://C"}]}""",
            ],
            await file.ReadAsync());
        Assert.Equal((6, 0), (decoded.Own, decoded.Native));
    }

    [Fact]
    public async Task ReadAsync_RowsAcrossPages_AreWhole()
    {
        using var file = new ParquetTestFile { Options = new() { BatchRows = 2 } };
        Write(file, 1, Integers, 4, (Int32, 10,
            [
                Page(3, [.. Levels(0, 0, 1), .. Levels(0, 3, 3), .. Plain(1, 2)]),
                Page(2, [.. Levels(1, 1), .. Levels(2, 3), .. Plain(3)]),
                Page(0, [.. Levels(), .. Levels()]),
                Page(4, [.. Levels(1, 0, 0, 1), .. Levels(3, 1, 3, 3), .. Plain(4, 5, 6)]),
                Page(1, [.. Levels(1), .. Levels(3), .. Plain(7)]),
            ]));

        Assert.Equal(["""{"c":null}""", """{"c":[1,2,null,3,4]}""", """{"c":[]}""", """{"c":[5,6,7]}"""], await file.ReadAsync());
    }

    /// <summary>DuckDB writes a null array as often as it would have elements; DuckDB, ClickHouse and Arrow C++ read one null, or one empty list.</summary>
    [Fact]
    public async Task ReadAsync_NullThatIsRepeatedForEachElement_IsOne()
    {
        using var file = new ParquetTestFile();
        Write(file, 1, Integers, 5, (Int32, 13,
            [
                Page(11, [.. Levels(0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1), .. Levels(0, 0, 0, 3, 2, 3, 0, 0, 0, 0, 0), .. Plain(1, 3)]),
                Page(2, [.. Levels(1, 0), .. Levels(0, 3), .. Plain(4)]),
            ]));
        using var decoded = new DecodedChunks();

        Assert.Equal(["""{"c":null}""", """{"c":[1,null,3]}""", """{"c":null}""", """{"c":null}""", """{"c":[4]}"""], await file.ReadAsync());
        Assert.Equal((1, 0), (decoded.Own, decoded.Native));
    }

    public static TheoryData<string> OldForms => [.. Forms.Keys];

    /// <summary>Elements after the root, definition levels of a list of two and of an empty one or none, and the rows.</summary>
    private static Dictionary<string, (Action<CompactWriter>[] Schema, int[] Definitions, string Rows)> Forms { get; } = new()
    {
        ["repeated without a group"] = ([Column("c", Int32, repetition: Repeated)], [1, 1, 0], """{"c":[1,2]}|{"c":[]}"""),
        ["repeated in the group"] = ([Column("c", converted: List, children: 1), Column("element", Int32, repetition: Repeated)], [2, 2, 1], """{"c":[1,2]}|{"c":[]}"""),
        ["repeated in the group, no list"] = ([Column("c", converted: List, children: 1), Column("element", Int32, repetition: Repeated)], [2, 2, 0], """{"c":[1,2]}|{"c":null}"""),
        ["array"] = ([Column("c", converted: List, children: 1), Column("array", children: 1, repetition: Repeated), Column("x", Int32)], [3, 2, 1], """{"c":[{"x":1},{"x":null}]}|{"c":[]}"""),
        ["tuple"] = ([Column("c", converted: List, children: 1), Column("c_tuple", children: 1, repetition: Repeated), Column("x", Int32)], [3, 2, 0], """{"c":[{"x":1},{"x":null}]}|{"c":null}"""),
        ["list of lists by parquet-avro"] = ([Column("c", converted: List, children: 1), Column("array", converted: List, children: 1, repetition: Repeated), Column("array", Int32, repetition: Repeated)],
            [3, 2, 0], """{"c":[[1],[]]}|{"c":null}"""),
        ["array of arrays"] = ([Column("c", converted: List, children: 1), Column("array", children: 1, repetition: Repeated), Column("array", Int32)], [3, 2, 0], """{"c":[{"array":1},{"array":null}]}|{"c":null}"""),
        ["any name"] = ([Column("c", converted: List, children: 1), Column("bag", children: 1, repetition: Repeated), Column("x", Int32)], [3, 2, 0], """{"c":[1,null]}|{"c":null}"""),
        ["repeated group"] = ([Column("c", children: 1, repetition: Repeated), Column("x", Int32)], [2, 1, 0], """{"c":[{"x":1},{"x":null}]}|{"c":[]}"""),
    };

    [Theory]
    [MemberData(nameof(OldForms))]
    public async Task ReadAsync_ListsInTheirOldForms_AreLists(string form)
    {
        using var file = new ParquetTestFile();
        (Action<CompactWriter>[] schema, int[] definitions, string rows) = Forms[form];
        int most = definitions[0], values = definitions.Count(level => level == most);
        Write(file, 1, schema, 2, (Int32, 3, [Page(3, [.. Levels(0, 1, 0), .. Levels(definitions), .. Plain([.. Enumerable.Range(1, values)])])]));
        using var decoded = new DecodedChunks();

        Assert.Equal(rows.Split('|'), await file.ReadAsync());
        Assert.Equal((1, 0), (decoded.Own, decoded.Native));
    }

    [Theory]
    [InlineData(Map)]
    [InlineData(MapKeyValue)]
    public async Task ReadAsync_MapsOfBothNames_AreMaps(int converted)
    {
        using var file = new ParquetTestFile();
        Action<CompactWriter>[] schema =
        [
            Column("c", converted: converted, children: 1), Column("map", children: 2, repetition: Repeated),
            Column("str", ByteArray, Utf8, repetition: Required), Column("num", Int32),
        ];
        Write(file, 1, schema, 3,
            (ByteArray, 4, [Page(4, [.. Levels(0, 1, 0, 0), .. Levels(2, 2, 1, 0), .. Texts("a", "b")])]),
            (Int32, 4, [Page(4, [.. Levels(0, 1, 0, 0), .. Levels(3, 2, 1, 0), .. Plain(7)])]));
        using var decoded = new DecodedChunks();

        Assert.Equal(["""{"c":[["a",7],["b",null]]}""", """{"c":[]}""", """{"c":null}"""], await file.ReadAsync());
        Assert.Equal((2, 0), (decoded.Own, decoded.Native));
    }

    /// <summary>"The key field [...] must have repetition required" (LogicalTypes.md, "Maps"); Hive, Presto and Flink wrote it optional, and never null.</summary>
    [Fact]
    public async Task ReadAsync_MapsWhoseKeysAreOptional_AreMaps()
    {
        using var file = new ParquetTestFile();
        WriteOptionalKeys(file, 3);
        using var decoded = new DecodedChunks();

        Assert.Equal(["""{"c":[["a",7],["b",null]]}""", """{"c":[]}""", """{"c":null}"""], await file.ReadAsync());
        Assert.Equal((2, 0), (decoded.Own, decoded.Native));
    }

    [Fact]
    public async Task ReadAsync_OptionalKeyThatIsNull_IsCorrupt()
    {
        using var file = new ParquetTestFile();
        WriteOptionalKeys(file, 2);

        Assert.Equal("parquet.data_corrupt", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync())).Code);
    }

    [Fact]
    public async Task ReadAsync_OptionalKeyThatIsAGroup_IsReadUnlessItIsNull()
    {
        foreach ((int level, string? expected) in ((int, string?)[])[(4, """{"c":[[{"a":5},7],[{"a":6},null]]}"""), (3, """{"c":[[{"a":5},7],[{"a":null},null]]}"""), (2, null)])
        {
            using var file = new ParquetTestFile();
            Action<CompactWriter>[] schema =
                [Column("c", converted: Map, children: 1), Column("map", children: 2, repetition: Repeated), Column("key", children: 1), Column("a", Int32), Column("value", Int32)];
            Write(file, 1, schema, 1,
                (Int32, 2, [Page(2, [.. Levels(0, 1), .. Levels(4, level), .. Plain(5, 6)])]),
                (Int32, 2, [Page(2, [.. Levels(0, 1), .. Levels(3, 2), .. Plain(7)])]));

            if (expected is null)
                await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync());
            else
                Assert.Equal([expected], await file.ReadAsync());
        }
    }

    [Fact]
    public async Task ReadAsync_OptionalKeysForTheNativeReader_AreRefusedByName()
    {
        using var file = new ParquetTestFile { Options = new() { OnlyNative = true } };
        WriteOptionalKeys(file, 3);

        Assert.Contains("key of a map", (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync())).Message, StringComparison.Ordinal);
    }

    private static void WriteOptionalKeys(ParquetTestFile file, int lastKey) => Write(
        file,
        1,
        [Column("c", converted: Map, children: 1), Column("map", children: 2, repetition: Repeated), Column("key", ByteArray, Utf8), Column("value", Int32)],
        3,
        (ByteArray, 4, [Page(4, [.. Levels(0, 1, 0, 0), .. Levels(3, lastKey, 1, 0), .. Texts("a", "b")])]),
        (Int32, 4, [Page(4, [.. Levels(0, 1, 0, 0), .. Levels(3, 2, 1, 0), .. Plain(7)])]));

    [Theory]
    [InlineData("goes on with a row that has not begun", new[] { 1, 0 }, new[] { 3, 3 }, 1)]
    [InlineData("goes on with a list that is null", new[] { 0, 1 }, new[] { 0, 3 }, 1)]
    [InlineData("goes on with a list that is empty", new[] { 0, 1 }, new[] { 1, 3 }, 1)]
    [InlineData("goes on with a null list as an empty one", new[] { 0, 1 }, new[] { 0, 1 }, 1)]
    [InlineData("goes on without an element", new[] { 0, 1 }, new[] { 3, 1 }, 1)]
    [InlineData("definition level above the highest", new[] { 0, 0 }, new[] { 3, 4 }, 2)]
    [InlineData("repetition level above the highest", new[] { 0, 2 }, new[] { 3, 3 }, 1)]
    [InlineData("fewer repetition levels than values", new[] { 0 }, new[] { 3, 3 }, 1)]
    [InlineData("fewer definition levels than values", new[] { 0, 1 }, new[] { 3 }, 1)]
    [InlineData("fewer rows than the footer says", new[] { 0, 1 }, new[] { 3, 3 }, 2)]
    [InlineData("more rows than the footer says", new[] { 0, 0 }, new[] { 3, 3 }, 1)]
    [InlineData("levels tell of more values than there are", new[] { 0, 1, 1 }, new[] { 3, 3, 3 }, 1)]
    public async Task ReadAsync_LevelsThatCannotBe_AreCorrupt(string what, int[] repetitions, int[] definitions, int rows)
    {
        using var file = new ParquetTestFile();
        int values = Math.Max(repetitions.Length, definitions.Length);
        Write(file, 1, Integers, rows, (Int32, values, [Page(values, [.. Levels(repetitions), .. Levels(definitions), .. Plain(1, 2)])]));

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync());
        Assert.True(error.Code == "parquet.data_corrupt", what);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 0 }, new[] { 3, 3, 3 }, new[] { 0, 0, 1 }, new[] { 3, 3, 3 })]
    [InlineData(new[] { 0, 0 }, new[] { 0, 1 }, new[] { 0, 0 }, new[] { 1, 0 })]
    [InlineData(new[] { 0, 0 }, new[] { 3, 1 }, new[] { 0, 0 }, new[] { 3, 3 })]
    public async Task ReadAsync_LeavesWhoseLevelsDiffer_AreCorrupt(int[] repetitions, int[] definitions, int[] otherRepetitions, int[] otherDefinitions)
    {
        using var file = new ParquetTestFile();
        Action<CompactWriter>[] schema =
            [Column("c", converted: List, children: 1), Column("list", children: 1, repetition: Repeated), Column("element", children: 2, repetition: Required), Column("a", Int32), Column("b", Int32)];
        Write(file, 1, schema, 2, Leaf(repetitions, definitions), Leaf(otherRepetitions, otherDefinitions));

        Assert.Equal("parquet.data_corrupt", (await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync())).Code);

        static (int Type, int Values, byte[][] Pages) Leaf(int[] repetitions, int[] definitions) => (Int32, repetitions.Length,
            [Page(repetitions.Length, [.. Levels(repetitions), .. Levels(definitions), .. Plain([.. definitions.Where(level => level == 3)])])]);
    }

    private static byte[] Longs(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Texts(params string[] values) => [.. values.SelectMany(value => (byte[])[.. BitConverter.GetBytes(value.Length), .. ParquetTestFile.Text(value)])];
}
