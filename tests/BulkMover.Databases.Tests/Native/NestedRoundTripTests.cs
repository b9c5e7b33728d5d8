using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Lists, maps and structs in each other; the expected JSON, one value a row, is written by hand.</summary>
public sealed class NestedRoundTripTests(ClickHouseServerFixture server)
{
    private static readonly Field Text = new("t", StringType.Default, nullable: true);
    private static readonly Field Number = new("n", Int32Type.Default, nullable: false);
    private static readonly DictionaryType Dictionary = new(Int8Type.Default, StringType.Default, false);

    [Fact]
    public Task List_OfNullableStrings_KeepsEmptyListsAndNulls() => Expect(
        new ListType(Text), [L("a", null, ""), L(), L([null])], """["a",null,""]""", "[]", "[null]");

    [Fact]
    public Task LargeList_OfLists_KeepsBothLevels() => Expect(
        new LargeListType(new Field("l", new ListType(Number), false)), [L(L(1, 2), L()), L(), L([L(3)])], "[[1,2],[]]", "[]", "[[3]]");

    [Fact]
    public Task FixedSizeList_OfNumbers_BecomesArray() => Expect(
        new FixedSizeListType(Number, 2), [L(1, 2), L(3, 4)], "[1,2]", "[3,4]");

    [Fact]
    public Task Map_WithEqualKeys_KeepsAllEntriesInOrder() => Expect(
        new MapType(StringType.Default, Int64Type.Default, nullable: true), [L(L("b", 1), L("a", null), L("b", 3)), L()],
        """{"b":1,"a":null,"b":3}""", "{}");

    [Fact]
    public Task Map_OfListsOfStructs_ArrivesAsItIs() => Expect(
        new MapType(new Field("k", Int32Type.Default, false), new Field("v", new ListType(new Field("s", new StructType([Number, Text]), true)), false)),
        [L([L(7, L(L(1, "x"), null))])], """{"7":[{"n":1,"t":"x"},null]}""");

    [Fact]
    public Task Struct_NullAndStructOfNulls_StayDistinguishable() => Expect(
        new StructType([new Field("n", Int32Type.Default, true), Text]), [null, L(null, null), L(1, "x")],
        "null", """{"n":null,"t":null}""", """{"n":1,"t":"x"}""");

    [Fact]
    public Task Struct_NullAroundList_DropsTheItemsThatTheNullOwns() => Expect(
        new StructType([new Field("l", new ListType(Text), true)]), [L([L("a", "b")]), null, L([L()]), null, L([L("c")])],
        """{"l":["a","b"]}""", "null", """{"l":[]}""", "null", """{"l":["c"]}""");

    [Fact]
    public Task Struct_NullAroundFixedSizeList_DropsTheItemsThatTheNullOwns() => Expect(
        new StructType([new Field("l", new FixedSizeListType(Number, 2), true)]), [L([L(1, 2)]), null, L([L(3, 4)])],
        """{"l":[1,2]}""", "null", """{"l":[3,4]}""");

    [Fact]
    public Task Struct_NullAroundRequiredDate_DoesNotLookAtTheBytesBelow() => Expect(
        new StructType([new Field("d", Date32Type.Default, false)]), [L(1), null], """{"d":"1970-01-02"}""", "null");

    [Fact]
    public Task Struct_NullAroundRequiredDictionary_TakesTheDefault() => Expect(
        new StructType([new Field("d", Dictionary, false)]), [L("x"), null], """{"d":"x"}""", "null");

    [Fact]
    public Task List_OfDictionaries_BecomesArrayOfLowCardinality() => Expect(
        new ListType(new Field("d", Dictionary, true)), [L("a", "b", null), L(), L("a")], """["a","b",null]""", "[]", """["a"]""");

    [Fact]
    public Task List_OfDictionariesWithoutAnyItem_BecomesEmptyArrays() => Expect(
        new ListType(new Field("d", Dictionary, true)), [L(), L()], "[]", "[]");

    [Fact]
    public Task Struct_InStructInList_KeepsEachLevelOfNulls() => Expect(
        new ListType(new Field("o", new StructType([new Field("i", new StructType([Text]), true), Number]), true)),
        [L(L(L([null]), 1), L(null, 2), null, L(L("x"), 3))],
        """[{"i":{"t":null},"n":1},{"i":null,"n":2},null,{"i":{"t":"x"},"n":3}]""");

    [Fact]
    public Task Struct_NamesOfAnyCharacters_AreKept() => Expect(
        new StructType([new Field("a`b 'd", Int32Type.Default, false), new Field("é.x", Int32Type.Default, false)]), [L(1, 2)],
        """{"a`b 'd":1,"é.x":2}""");

    private static object?[] L(params object?[] items) => items;

    /// <summary>Sends the rows whole and as a slice.</summary>
    private async Task Expect(IArrowType type, object?[] rows, params string[] expected)
    {
        var field = new Field("v", type, nullable: type is StructType);
        var arrays = new ModelArrays();
        foreach (IArrowArray array in new[] { arrays.Array(field, rows), arrays.Sliced(field, rows, 2, 1) })
        {
            var batch = new RecordBatch(new Schema([field], null), [array], rows.Length);
            string json = await new NativeTarget(server).RoundTripAsync(
                batch, "SELECT v FROM {table} FORMAT JSONCompactEachRow", TestContext.Current.CancellationToken);
            Assert.Equal(expected.Select(value => $"[{value}]"), json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Tidy));
        }
    }

    /// <summary>The server puts a space behind commas and colons.</summary>
    private static string Tidy(string json) => json.Replace(", ", ",", StringComparison.Ordinal).Replace(": ", ":", StringComparison.Ordinal);
}
