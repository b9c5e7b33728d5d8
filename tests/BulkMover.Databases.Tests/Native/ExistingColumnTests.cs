using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Native.Types;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Columns that a user made: taken where nothing is lost, refused with both types where something would be.</summary>
public sealed class ExistingColumnTests(ClickHouseServerFixture server)
{
    private static readonly TimestampType Seconds = new(TimeUnit.Second, "UTC");
    private static readonly TimestampType Micros = new(TimeUnit.Microsecond, "UTC");

    public static TheoryData<IArrowType, string, object, string> Lossless => new()
    {
        { Int8Type.Default, "Int64", -5, "-5" },
        { UInt8Type.Default, "Int16", 255, "255" },
        { Int64Type.Default, "Int256", long.MinValue, "-9223372036854775808" },
        { Int32Type.Default, "Nullable(Int32)", 1, "1" },
        { FloatType.Default, "Float64", 1.5, "1.5" },
        { BooleanType.Default, "UInt8", true, "1" },
        { new Decimal128Type(15, 2), "Decimal(38, 4)", 12345, "123.45" },
        { Date32Type.Default, "Date", 65_535, "2149-06-06" },
        { Date64Type.Default, "Date", 86_400_000L, "1970-01-02" },
        { Seconds, "DateTime('UTC')", 4_294_967_295, "2106-02-07 06:28:15" },
        { Micros, "DateTime64(9, 'UTC')", 1_700_000_000_123_456, "2023-11-14 22:13:20.123456000" },
        { Micros, "DateTime64(6, 'Asia/Tokyo')", 0, "1970-01-01 09:00:00.000000" },
        { StringType.Default, "LowCardinality(String)", "x", "x" },
        { StringType.Default, "LowCardinality(Nullable(String))", "x", "x" },
        { new DictionaryType(Int8Type.Default, StringType.Default, false), "String", "x", "x" },
        { new ListType(new Field("i", Int32Type.Default, false)), "Array(Nullable(Int64))", new object?[] { 1, 2 }, "[1,2]" },
        { new StructType([new Field("a b", Int8Type.Default, false)]), "Tuple(`a b` Int16)", new object?[] { 7 }, "(7)" },
        { new MapType(new Field("k", StringType.Default, false), new Field("v", Int8Type.Default, false)), "Map(LowCardinality(String), Int32)",
            new object?[] { new object?[] { "k", 1 } }, "{'k':1}" },
    };

    [Theory]
    [MemberData(nameof(Lossless))]
    public async Task For_ColumnThatHoldsAllValues_TakesThem(IArrowType type, string columnType, object value, string expected)
    {
        string? arrived = await SendAsync(new Field("v", type, nullable: false), columnType, value);
        Assert.Equal(expected, arrived);
    }

    public static TheoryData<IArrowType, string> Lossy => new()
    {
        { Int64Type.Default, "Int32" },
        { Int8Type.Default, "UInt64" },
        { UInt64Type.Default, "Int64" },
        { DoubleType.Default, "Float32" },
        { Int32Type.Default, "String" },
        { StringType.Default, "FixedString(3)" },
        { StringType.Default, "JSON" },
        { new FixedSizeBinaryType(3), "String" },
        { new FixedSizeBinaryType(3), "FixedString(4)" },
        { new Decimal128Type(15, 2), "Decimal(15, 4)" },
        { new Decimal128Type(15, 2), "Decimal(15, 1)" },
        { Micros, "DateTime64(3, 'UTC')" },
        { Micros, "DateTime" },
        { Date32Type.Default, "DateTime64(3)" },
        { StringType.Default, "Enum8('a' = 1, 'b,)' = 2)" },
        { new ListType(Int32Type.Default), "Nested(a Int32)" },
        { new ListType(Int32Type.Default), "Array(Int16)" },
        { new StructType([new Field("a", Int8Type.Default, false)]), "Tuple(b Int8)" },
        { new StructType([new Field("a", Int8Type.Default, false)]), "Tuple(Int8)" },
        { NullType.Default, "String" },
        { StringType.Default, "AggregateFunction(uniq, String)" },
    };

    [Theory]
    [MemberData(nameof(Lossy))]
    public void For_ColumnThatWouldLoseValues_IsRefusedWithBothTypes(IArrowType type, string columnType)
    {
        var error = Assert.Throws<TargetException>(() => TargetColumn.For(new Field("v", type, true), default, columnType));
        Assert.Equal("clickhouse.type_mismatch", error.Code);
        Assert.Contains(columnType, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nullable(Date)", 0, 65_536L)]
    [InlineData("Nullable(Date)", 0, -1L)]
    [InlineData("Nullable(DateTime)", 1, -1L)]
    [InlineData("Nullable(DateTime)", 1, 4_294_967_296L)]
    [InlineData("Nullable(DateTime64(9))", 1, 9_223_372_037L)]
    public void For_NarrowerColumn_RefusesTheValuesThatItDoesNotHold(string columnType, int type, long value)
    {
        var field = new Field("v", type == 0 ? Date32Type.Default : Seconds, true);
        var encoder = new NativeEncoder([TargetColumn.For(field, NativeTarget.Wide, columnType)]);
        RecordBatch batch = new ModelArrays().Batch(new Schema([field], null), [[null], [value]]);
        Assert.Equal("clickhouse.value_out_of_range", Assert.Throws<ValueOutOfRangeException>(() => encoder.Encode(batch)).Code);
    }

    [Theory]
    [InlineData("Int64")]
    [InlineData("LowCardinality(String)")]
    [InlineData("Array(Int64)")]
    [InlineData("Tuple(a Int64)")]
    public async Task For_ColumnWithoutNulls_TakesRowsThatHaveNone(string columnType)
    {
        (IArrowType type, object value) = columnType switch
        {
            "Int64" => ((IArrowType)Int64Type.Default, (object)1L),
            "LowCardinality(String)" => (StringType.Default, "x"),
            "Array(Int64)" => (new ListType(Int64Type.Default), new object?[] { 1L }),
            _ => (new StructType([new Field("a", Int64Type.Default, true)]), new object?[] { 1L }),
        };
        var field = new Field("v", type, nullable: true);
        Assert.NotNull(await SendAsync(field, columnType, value));

        var encoder = new NativeEncoder([TargetColumn.For(field, default, columnType)]);
        RecordBatch withNull = new ModelArrays().Batch(new Schema([field], null), [[value], [type is ListType ? new object?[] { null } : null]]);
        var error = Assert.Throws<ValueOutOfRangeException>(() => encoder.Encode(withNull));
        Assert.Equal("clickhouse.null_refused", error.Code);
        Assert.Contains("row 1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_GetsNullForColumnWithoutNulls_RefusesItToo()
    {
        var target = new NativeTarget(server);
        string table = await target.CreateAsync("v Int64", TestContext.Current.CancellationToken);
        var field = new Field("v", Int64Type.Default, nullable: true);
        var schema = new Schema([field], null);
        using NativeBlock block = NativeTarget.EncoderFor(schema, default).Encode(new ModelArrays().Batch(schema, [[1L], [null]]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => target.InsertAsync(table, block, TestContext.Current.CancellationToken));
        Assert.Equal("0\n", await server.QueryAsync($"SELECT count() FROM {table}", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task For_NullType_GoesIntoAnyNullableColumn() =>
        Assert.Equal(@"\N", await SendAsync(new Field("v", NullType.Default, true), "Nullable(Int64)", null));

    [Fact]
    public void Plan_TimeOfDayWithoutZoneIntoOtherZone_SaysSo()
    {
        TargetColumn column = TargetColumn.For(new Field("v", new TimestampType(TimeUnit.Second, (string?)null), false), default, "DateTime64(0, 'Asia/Tokyo')");
        Assert.Contains("zone of its own", column.Plan.Difference, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tuple(a Int8, `b c` Array(Nullable(String)), `d\\`e` Map(String, DateTime64(3, 'UTC')))")]
    [InlineData("Enum8('a' = -1, 'it\\'s, (x)' = 2)")]
    [InlineData("Tuple()")]
    [InlineData("JSON(max_dynamic_paths=8)")]
    [InlineData("AggregateFunction(quantiles(0.5, 0.9), UInt64)")]
    [InlineData("Nullable(")]
    [InlineData("Tuple(`a")]
    [InlineData("Enum8('a")]
    [InlineData("Array(Int8))")]
    [InlineData("")]
    [InlineData("'")]
    [InlineData("Tuple(`a\\")]
    public void Parse_AnyText_IsReadOrRefusedByName(string text)
    {
        Exception? error = Record.Exception(() => ClickHouseTypeParser.Parse(text));
        Assert.True(error is null or TargetException { Code: "clickhouse.type_unknown" }, error?.ToString());
    }

    [Fact]
    public void Parse_NestedTupleWithQuotedNames_KeepsNamesAndArguments()
    {
        ClickHouseType type = ClickHouseTypeParser.Parse("Tuple(a LowCardinality(Nullable(String)), `b \\`c` DateTime64(3, 'UTC'))");
        Assert.Equal(["a", "b `c"], type.Arguments.Select(argument => argument.Name));
        Assert.True(type.Arguments[0].Type!.IsNullable);
        Assert.Equal("String", type.Arguments[0].Type!.Unwrapped.Name);
        Assert.Equal((3, "'UTC'"), (type.Arguments[1].Type!.Number(0), type.Arguments[1].Type!.Arguments[1].Literal));
    }

    private async Task<string?> SendAsync(Field field, string columnType, object? value)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var target = new NativeTarget(server);
        string table = await target.CreateAsync($"v {columnType}", cancellationToken);
        TargetColumn column = TargetColumn.For(field, NativeTarget.Wide, columnType);
        using (NativeBlock block = new NativeEncoder([column]).Encode(new ModelArrays().Batch(new Schema([field], null), [[value]])))
        {
            await target.InsertAsync(table, block, cancellationToken);
            await target.AssertDigestAsync(table, [column], block.Digest, cancellationToken);
        }

        return (await server.QueryAsync($"SELECT v FROM {table} FORMAT TSVRaw", cancellationToken)).TrimEnd('\n');
    }
}
