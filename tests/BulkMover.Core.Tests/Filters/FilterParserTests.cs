using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.Core.Tests.Filters;

/// <summary>Each expression is applied to one small table; the expected rows follow from SQL and exact arithmetic.</summary>
public sealed class FilterParserTests
{
    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    private static readonly (string Name, IArrowType Type, object?[] Values)[] Columns =
    [
        ("i", Int32Type.Default, [(long)int.MinValue, -2L, 0L, 1L, 2L, (long)int.MaxValue, null]),
        ("u8", UInt8Type.Default, [0L, 1L, 2L, 3L, 254L, 255L, null]),
        ("u64", UInt64Type.Default, [0UL, 1UL, 2UL, 3UL, ulong.MaxValue - 1, ulong.MaxValue, null]),
        ("f", FloatType.Default, [double.NegativeInfinity, -0.0, (double)0.1f, 16777216.0, double.PositiveInfinity, double.NaN, null]),
        ("d", DoubleType.Default, [-1.5, 0.0, 0.1, 9007199254740992.0, double.MaxValue, double.NaN, null]),
        ("dec", new Decimal128Type(9, 2), [-100, -1, 0, 150, 151, 999_999_999, (BigInteger?)null]),
        ("day", Date32Type.Default, [Days(1969, 12, 31), Days(1970, 1, 1), Days(2024, 2, 29), Days(2024, 3, 1), 0L, Days(9999, 12, 31), null]),
        ("ts", new TimestampType(TimeUnit.Millisecond, (string?)null), [-1L, 0L, 1L, Millis(2024, 3, 1), Millis(2024, 3, 1) + 500, Millis(9999, 1, 1), null]),
        ("tz", new TimestampType(TimeUnit.Microsecond, "UTC"), [-1L, 0L, 1L, 3_600_000_000L, 7_200_000_000L, Millis(2024, 3, 1) * 1000, null]),
        ("t", new Time64Type(TimeUnit.Microsecond), [0L, 1L, 3_600_000_000L, 43_200_000_000L, 43_200_500_000L, 86_399_999_999L, null]),
        ("s", StringType.Default, [Utf8(""), Utf8("it's"), Utf8("a"), Utf8("ab"), Utf8("b"), Utf8("100%"), null]),
        ("lc", new DictionaryType(Int32Type.Default, StringType.Default, false), [Utf8("x"), Utf8("y"), Utf8("x"), Utf8("z"), Utf8("y"), Utf8("x"), null]),
        ("bin", BinaryType.Default, [System.Array.Empty<byte>(), new byte[] { 0 }, new byte[] { 0xab }, new byte[] { 0xab, 1 }, new byte[] { 0xff }, Utf8("a"), null]),
        ("id", new GuidType(), [Uuid(1), Uuid(2), Uuid(3), Uuid(4), Uuid(5), Uuid(6), null]),
        ("ok", BooleanType.Default, [true, false, true, false, true, false, null]),
        ("date", Int16Type.Default, [1L, 2L, 3L, 4L, 5L, 6L, null]),
        ("Space Name", Int16Type.Default, [1L, 2L, 3L, 4L, 5L, 6L, null]),
    ];

    private static readonly Schema Table = new(
        [
            .. Columns.Select(column => new Field(column.Name, column.Type, nullable: true)),
            new Field("l", new ListType(Int32Type.Default), nullable: true),
        ], null);

    [Theory]
    [InlineData("i = 1", "3")]
    [InlineData("i == 1", "3")]
    [InlineData("i <> 1", "0 1 2 4 5")]
    [InlineData("i != +1", "0 1 2 4 5")]
    [InlineData("1 < i", "4 5")]
    [InlineData("-2 >= i", "0 1")]
    [InlineData("i < 3000000000", "0 1 2 3 4 5")]
    [InlineData("not i < 3000000000", "")]
    [InlineData("i >= 3000000000", "")]
    [InlineData("i = 3000000000", "")]
    [InlineData("not (i = 3000000000)", "0 1 2 3 4 5")]
    [InlineData("i <> 3000000000", "0 1 2 3 4 5")]
    [InlineData("i > -3000000000", "0 1 2 3 4 5")]
    [InlineData("i <= -99999999999999999999999", "")]
    [InlineData("i = 1.5", "")]
    [InlineData("i > 1.5", "4 5")]
    [InlineData("i >= 1.5", "4 5")]
    [InlineData("i < 1.5", "0 1 2 3")]
    [InlineData("i < -1.5", "0 1")]
    [InlineData("i >= -1.5", "2 3 4 5")]
    [InlineData("i = 1.0", "3")]
    [InlineData("i = 1e0 or i = 20E-1", "3 4")]
    [InlineData("i in (1, 2.5, 3000000000, 2)", "3 4")]
    [InlineData("i not in (1, 2.5)", "0 1 2 4 5")]
    [InlineData("i in (2.5)", "")]
    [InlineData("i not in (2.5)", "0 1 2 3 4 5")]
    [InlineData("i between -2 and 1.9", "1 2 3")]
    [InlineData("i not between -2 and 1.9", "0 4 5")]
    [InlineData("i between 0 and 1 and i <> 0", "3")]
    [InlineData("i is null", "6")]
    [InlineData("i IS NOT NULL AND NOT i > 0", "0 1 2")]
    [InlineData("i = '1'", "3")]
    [InlineData("u8 > -1", "0 1 2 3 4 5")]
    [InlineData("u8 = -1", "")]
    [InlineData("u8 <= 255.5", "0 1 2 3 4 5")]
    [InlineData("u8 = 256", "")]
    [InlineData("u64 = 18446744073709551615", "5")]
    [InlineData("u64 > 18446744073709551614", "5")]
    [InlineData("u64 < 18446744073709551616", "0 1 2 3 4 5")]
    [InlineData("u64 > 9223372036854775807", "4 5")]
    [InlineData("f = 0.1", "2")]
    [InlineData("f = 0", "1")]
    [InlineData("f <= 16777217", "0 1 2 3")]
    [InlineData("f < 16777217", "0 1 2 3")]
    [InlineData("f = 16777217", "")]
    [InlineData("f <> 16777217", "0 1 2 3 4 5")]
    [InlineData("f < 1e39", "0 1 2 3")]
    [InlineData("f > -1e39", "1 2 3 4")]
    [InlineData("not (f > 0)", "0 1 5")]
    [InlineData("f <> 0", "0 2 3 4 5")]
    [InlineData("d = 0.1", "2")]
    [InlineData("d < 9007199254740993", "0 1 2 3")]
    [InlineData("d > 9007199254740993", "4")]
    [InlineData("d >= 1e400", "")]
    [InlineData("dec = 1.5", "3")]
    [InlineData("dec > 1.5", "4 5")]
    [InlineData("dec > 1.509", "4 5")]
    [InlineData("dec < -0.005", "0 1")]
    [InlineData("dec <= 99999999.99", "0 1 2 3 4 5")]
    [InlineData("dec = 9999999.99", "5")]
    [InlineData("dec < 1e10", "0 1 2 3 4 5")]
    [InlineData("day = '2024-02-29'", "2")]
    [InlineData("day < date '1970-01-01'", "0")]
    [InlineData("day < '1970-01-01 12:00:00'", "0 1 4")]
    [InlineData("day >= TIMESTAMP '2024-02-29 00:00:01'", "3 5")]
    [InlineData("ts = '1970-01-01'", "1")]
    [InlineData("ts < '1970-01-01'", "0")]
    [InlineData("ts > '1970-01-01T00:00:00.0005'", "2 3 4 5")]
    [InlineData("ts = '1970-01-01 00:00:00.0005'", "")]
    [InlineData("ts >= DATE '2024-03-01'", "3 4 5")]
    [InlineData("ts = timestamp '2024-03-01 00:00:00.5'", "4")]
    [InlineData("tz = '1970-01-01T01:00:00Z'", "3")]
    [InlineData("tz = '1970-01-01 03:00:00+01:00'", "4")]
    [InlineData("tz = '1969-12-31 23:59:59.999999'", "0")]
    [InlineData("t = '12:00'", "3")]
    [InlineData("t > TIME '12:00:00.4999999'", "4 5")]
    [InlineData("s = 'it''s'", "1")]
    [InlineData("s >= 'a' and s < 'b'", "2 3")]
    [InlineData("s like 'a%'", "2 3")]
    [InlineData("s not like 'a%'", "0 1 4 5")]
    [InlineData("s LIKE '%'", "0 1 2 3 4 5")]
    [InlineData("s starts with '100%'", "5")]
    [InlineData("s not starts with 'a'", "0 1 4 5")]
    [InlineData("starts_with(s, 'a') and not starts_with(s, 'ab')", "2")]
    [InlineData("s in ('', 'b')", "0 4")]
    [InlineData("lc = 'x'", "0 2 5")]
    [InlineData("lc <> 'x'", "1 3 4")]
    [InlineData("lc is null", "6")]
    [InlineData("bin = 0xAB", "2")]
    [InlineData("bin >= x'ab01'", "3 4")]
    [InlineData("bin = 'a'", "5")]
    [InlineData("bin starts with 0xab", "2 3")]
    [InlineData("id = '00000000-0000-0000-0000-000000000003'", "2")]
    [InlineData("id > 0x00000000000000000000000000000004", "4 5")]
    [InlineData("ok", "0 2 4")]
    [InlineData("not ok", "1 3 5")]
    [InlineData("ok = false or i = 1", "1 3 5")]
    [InlineData("TRUE = ok", "0 2 4")]
    [InlineData("date > 4", "4 5")]
    [InlineData("\"Space Name\" = 3 or `Space Name` = 4", "2 3")]
    [InlineData("i = 1 or i = 2 and s = 'a'", "3")]
    [InlineData("(i = 1 or i = -2) and not (s = 'ab')", "1")]
    [InlineData("not not i = 1", "3")]
    [InlineData("i > 0 or s = 'never'", "3 4 5")]
    [InlineData("not (i > 0 and s = 'b')", "0 1 2 3 5")]
    public void Parse_Expression_KeepsTheseRows(string text, string expected)
    {
        Filter filter = FilterParser.Parse(text, Table);

        using RecordBatch batch = Batch();
        using RowSelection rows = RowFilter.Select(filter, batch);
        Assert.Equal(expected, string.Join(' ', rows.Rows.ToArray()));
    }

    [Theory]
    [InlineData("", "where.syntax")]
    [InlineData("i", "where.syntax")]
    [InlineData("i =", "where.syntax")]
    [InlineData("i = 1 and", "where.syntax")]
    [InlineData("i = 1 2", "where.syntax")]
    [InlineData("(i = 1", "where.syntax")]
    [InlineData("i = 1)", "where.syntax")]
    [InlineData("i in ()", "where.syntax")]
    [InlineData("i between 1", "where.syntax")]
    [InlineData("i is 1", "where.syntax")]
    [InlineData("1 = 1", "where.syntax")]
    [InlineData("i ! 1", "where.syntax")]
    [InlineData("i = 1; drop", "where.syntax")]
    [InlineData("s = 'open", "where.syntax")]
    [InlineData("i = null", "where.null")]
    [InlineData("i in (1, NULL)", "where.null")]
    [InlineData("i = date", "where.two_columns")]
    [InlineData("i = \"Space Name\"", "where.two_columns")]
    [InlineData("x = 1", "where.column_unknown")]
    [InlineData("I = 1", "where.column_unknown")]
    [InlineData("l = 1", "where.type")]
    [InlineData("l.element = 1", "where.column_unknown")]
    [InlineData("i starts with 'a'", "where.type")]
    [InlineData("i = 'one'", "where.literal")]
    [InlineData("i = 1_000", "where.literal")]
    [InlineData("i = 1e999999999", "where.literal")]
    [InlineData("i = true", "where.literal")]
    [InlineData("s = 1", "where.literal")]
    [InlineData("ok = 1", "where.literal")]
    [InlineData("day = '2024-02-30'", "where.literal")]
    [InlineData("day = 20240229", "where.literal")]
    [InlineData("ts = '2024-02-29T00:00:00Z'", "where.literal")]
    [InlineData("ts = '2024-02-29 24:00:00'", "where.literal")]
    [InlineData("t = '2024-02-29'", "where.literal")]
    [InlineData("id = 'not-a-uuid'", "where.literal")]
    [InlineData("bin = 0xABC", "where.literal")]
    [InlineData("s like '%a'", "where.pattern")]
    [InlineData("s like 'a_%'", "where.pattern")]
    [InlineData("s like 'a'", "where.pattern")]
    public void Parse_CannotBeMeant_SaysWhatAndWhere(string text, string code)
    {
        var error = Assert.Throws<InvalidInputException>(() => FilterParser.Parse(text, Table));

        Assert.Equal(code, error.Code);
        string[] lines = error.Message.Split(Environment.NewLine);
        Assert.Equal("  " + text, lines[1]);
        Assert.InRange(lines[2].IndexOf('^', StringComparison.Ordinal), 2, 2 + text.Length);
        Assert.Contains("i (int32), u8 (uint8)", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UnknownColumn_CaretIsUnderIt()
    {
        var error = Assert.Throws<InvalidInputException>(() => FilterParser.Parse("i = 1 AND wrong > 2", Table));

        Assert.Equal("            ^", error.Message.Split(Environment.NewLine)[2]);
    }

    [Fact]
    public void Parse_NestingWithoutEnd_IsRefused() => Assert.Equal("where.too_deep",
        Assert.Throws<InvalidInputException>(() => FilterParser.Parse(new string('(', 100_000) + "i = 1", Table)).Code);

    [Fact]
    public void Parse_ManyTerms_StaysShallow()
    {
        Filter filter = FilterParser.Parse(string.Join(" OR ", Enumerable.Range(0, 50_000).Select(n => $"i = {n}")), Table);

        Assert.InRange(Depth(filter), 1, 20);
    }

    [Fact]
    public void Select_ListColumn_KnowsItsNulls()
    {
        var lists = new ListArray.Builder(Int32Type.Default);
        lists.Append();
        lists.AppendNull();
        using var batch = new RecordBatch(new Schema([new Field("l", new ListType(Int32Type.Default), true)], null), [lists.Build()], 2);

        using RowSelection nulls = RowFilter.Select(FilterParser.Parse("l is null", Table), batch);
        using RowSelection others = RowFilter.Select(FilterParser.Parse("l is not null", Table), batch);

        Assert.Equal([1], nulls.Rows.ToArray());
        Assert.Equal([0], others.Rows.ToArray());
    }

    [Fact]
    public void Select_DictionaryIndexBeyondItsValues_IsCorruptTable()
    {
        var type = new DictionaryType(Int32Type.Default, StringType.Default, false);
        using var batch = new RecordBatch(new Schema([new Field("lc", type, true)], null),
            [new DictionaryArray(type, new Int32Array.Builder().Append(7).Build(), new StringArray.Builder().Append("x").Build())], 1);

        var error = Assert.Throws<CorruptTableException>(() => RowFilter.Select(FilterParser.Parse("lc = 'x'", Table), batch));

        Assert.Equal("batch.dictionary_index", error.Code);
    }

    private static int Depth(Filter filter) => filter is Filter.Or or ? 1 + Math.Max(Depth(or.Left), Depth(or.Right)) : 1;

    private static RecordBatch Batch()
    {
        var arrays = new TestArrays(new CountingAllocator(), new Random(1));
        Schema schema = new([.. Table.FieldsList.Take(Columns.Length)], null);
        return new RecordBatch(schema, Columns.Select(column => Array(arrays, column.Type, column.Values)), Columns[0].Values.Length);
    }

    private static IArrowArray Array(TestArrays arrays, IArrowType type, object?[] values) => type is ExtensionType extension
        ? extension.CreateArray(arrays.Build(extension.StorageType, values))
        : arrays.Build(type, [.. values.Select(value => value is int number ? (BigInteger)number : value)]);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static byte[] Uuid(byte last) => [.. new byte[15], last];

    private static long Days(int year, int month, int day) => (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - Epoch).Days;

    private static long Millis(int year, int month, int day) => Days(year, month, day) * 86_400_000;
}
