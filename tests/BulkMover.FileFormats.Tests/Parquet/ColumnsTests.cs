using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using Array = System.Array;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Columns of the file find their place in the table's schema: by id or name, widened, missing, or given by metadata.</summary>
public sealed class ColumnsTests
{
    private static readonly Schema AB = new([Field("a", Int32Type.Default), Field("B", StringType.Default)], null);

    [Fact]
    public async Task ReadAsync_OtherOrderAndCase_MatchesByName()
    {
        using ParquetTestFile file = WriteAB();

        Assert.Equal(["""{"b":"x","a":1}"""], await file.ReadAsync(new Schema([Field("b", StringType.Default), Field("a", Int32Type.Default)], null)));
    }

    [Fact]
    public async Task ReadAsync_NamesThatDifferOnlyInCase_ExactOnesWinOthersAreRefused()
    {
        var schema = new Schema([Field("xy", Int32Type.Default), Field("XY", Int32Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, [ArrayOf(Int32Type.Default, 1L), ArrayOf(Int32Type.Default, 2L)]);

        Assert.Equal(["""{"XY":2,"xy":1}"""], await file.ReadAsync(new Schema([schema.FieldsList[1], schema.FieldsList[0]], null)));
        Assert.Equal("file.column_ambiguous", await CodeAsync(file, new Schema([Field("Xy", Int32Type.Default)], null)));
    }

    [Fact]
    public async Task ReadAsync_TwoColumnsOfOneName_ThrowsByNameButReadsById()
    {
        var schema = new Schema([Field("x", Int32Type.Default, id: 1), Field("x", Int32Type.Default, id: 2)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, [ArrayOf(Int32Type.Default, 1L), ArrayOf(Int32Type.Default, 2L)]);

        Assert.Equal("file.column_ambiguous", await CodeAsync(file, new Schema([Field("x", Int32Type.Default)], null)));
        Assert.Equal(["""{"second":2}"""], await file.ReadAsync(new Schema([Field("second", Int32Type.Default, id: 2)], null), ColumnMatching.FieldId));
    }

    [Fact]
    public async Task ReadAsync_ByFieldId_IgnoresNamesAtAllLevels()
    {
        var written = new StructType([Field("old", Int32Type.Default, id: 3), Field("gone", Int32Type.Default, id: 4)]);
        var schema = new Schema([Field("s", written, id: 1), Field("name", StringType.Default, id: 2)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(schema,
            [new StructArray(written, 1, [ArrayOf(Int32Type.Default, 5L), ArrayOf(Int32Type.Default, 6L)], ArrowBuffer.Empty), ArrayOf(StringType.Default, Text("t"))]);
        var wanted = new StructType([Field("new", Int64Type.Default, id: 9), Field("renamed", Int64Type.Default, id: 3)]);

        Assert.Equal(["""{"gone":null,"struct":{"new":null,"renamed":5},"name2":"t"}"""], await file.ReadAsync(new Schema(
            [Field("gone", Int32Type.Default, id: 7), Field("struct", wanted, id: 1), Field("name2", StringType.Default, id: 2)], null), ColumnMatching.FieldId));
    }

    [Fact]
    public async Task ReadAsync_FileWithoutIdsInAnotherOrder_ThrowsUnsupported()
    {
        using ParquetTestFile file = WriteAB();

        Assert.Equal("file.field_ids_missing",
            await CodeAsync(file, new Schema([Field("a", Int32Type.Default, id: 2)], null), ColumnMatching.FieldId));
    }

    [Fact]
    public async Task ReadAsync_MissingColumns_NullsWhereOptionalErrorWhereRequired()
    {
        using ParquetTestFile file = WriteAB();
        var list = new ListType(Field("element", new StructType([Field("x", Int32Type.Default)])));

        Assert.Equal(["""{"a":1,"n":null,"l":null,"d":null}"""], await file.ReadAsync(new Schema(
            [Field("a", Int32Type.Default), Field("n", StringType.Default), Field("l", list), Field("d", new Decimal256Type(50, 2))], null)));
        Assert.Equal("file.column_missing", await CodeAsync(file, new Schema([Field("n", Int32Type.Default, nullable: false)], null)));
    }

    [Fact]
    public async Task ReadAsync_NullInRequiredColumn_ThrowsCorruptTable()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(AB, [ArrayOf(Int32Type.Default, 1L, null), ArrayOf(StringType.Default, null, null)]);

        Assert.Equal("file.value_missing", await CodeAsync(file, new Schema([Field("a", Int32Type.Default, nullable: false)], null)));
    }

    [Fact]
    public async Task ReadAsync_NullInRequiredMember_ThrowsUnlessItsStructIsNull()
    {
        var written = new StructType([Field("x", Int32Type.Default)]);
        var schema = new Schema([Field("s", written)], null);
        var table = new Schema([Field("s", new StructType([Field("x", Int32Type.Default, nullable: false)]))], null);
        IArrowArray members = ArrayOf(Int32Type.Default, 1L, null);
        ArrowBuffer secondIsNull = new ArrowBuffer.BitmapBuilder().Append(true).Append(false).Build();
        using ParquetTestFile allowed = new ParquetTestFile().Write(schema, [new StructArray(written, 2, [members], secondIsNull, 1)]);
        using ParquetTestFile missing = new ParquetTestFile().Write(schema, [new StructArray(written, 2, [members], ArrowBuffer.Empty)]);

        Assert.Equal(["""{"s":{"x":1}}""", """{"s":null}"""], await allowed.ReadAsync(table));
        Assert.Equal("file.value_missing", await CodeAsync(missing, table));
    }

    [Fact]
    public async Task ReadAsync_NullInRequiredMemberOfARequiredStruct_ThrowsUnlessTheStructAroundBothIsNull()
    {
        var inner = new StructType([Field("x", Int32Type.Default)]);
        var written = new StructType([Field("r", inner, nullable: false)]);
        var schema = new Schema([Field("s", written)], null);
        var required = new StructType([Field("r", new StructType([Field("x", Int32Type.Default, nullable: false)]), nullable: false)]);
        var table = new Schema([Field("s", required)], null);
        var members = new StructArray(inner, 2, [ArrayOf(Int32Type.Default, 1L, null)], ArrowBuffer.Empty);
        ArrowBuffer secondIsNull = new ArrowBuffer.BitmapBuilder().Append(true).Append(false).Build();
        using ParquetTestFile allowed = new ParquetTestFile().Write(schema, [new StructArray(written, 2, [members], secondIsNull, 1)]);
        using ParquetTestFile missing = new ParquetTestFile().Write(schema, [new StructArray(written, 2, [members], ArrowBuffer.Empty)]);

        Assert.Equal(["""{"s":{"r":{"x":1}}}""", """{"s":null}"""], await allowed.ReadAsync(table));
        Assert.Equal("file.value_missing", await CodeAsync(missing, table));
    }

    public static TheoryData<IArrowType, object?, IArrowType, string> Promotions() => new()
    {
        { Int8Type.Default, -128L, Int16Type.Default, "-128" },
        { Int8Type.Default, -128L, Int64Type.Default, "-128" },
        { Int32Type.Default, (long)int.MinValue, Int64Type.Default, "-2147483648" },
        { Int32Type.Default, (long)int.MinValue, DoubleType.Default, "-2147483648.0" },
        { Int32Type.Default, -128L, Int8Type.Default, "-128" },
        { UInt8Type.Default, 255L, Int16Type.Default, "255" },
        { UInt32Type.Default, 4294967295L, UInt64Type.Default, "4294967295" },
        { UInt32Type.Default, 4294967295L, Int64Type.Default, "4294967295" },
        { FloatType.Default, 0.5, DoubleType.Default, "0.5" },
        { HalfFloatType.Default, 1.5, FloatType.Default, "1.5" },
        { new Decimal128Type(9, 2), new BigInteger(-12345), new Decimal128Type(38, 2), "\"-123.45\"" },
        { new Decimal128Type(9, 2), new BigInteger(-12345), new Decimal128Type(20, 5), "\"-123.45000\"" },
        { new Decimal128Type(38, 0), BigInteger.Pow(10, 37), new Decimal256Type(60, 20), $"\"1{new string('0', 37)}.{new string('0', 20)}\"" },
        { Int32Type.Default, -5L, new Decimal128Type(12, 2), "\"-5.00\"" },
        { Int64Type.Default, long.MinValue, new Decimal128Type(20, 1), "\"-9223372036854775808.0\"" },
        { Date32Type.Default, -1L, new TimestampType(TimeUnit.Microsecond, (string?)null), "\"1969-12-31T00:00:00.000000\"" },
        { new Time32Type(TimeUnit.Millisecond), 1L, new Time64Type(TimeUnit.Microsecond), "\"00:00:00.001000\"" },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), -1L, new TimestampType(TimeUnit.Microsecond, "UTC"), "\"1969-12-31T23:59:59.999000Z\"" },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), 7L, new TimestampType(TimeUnit.Microsecond, "UTC"), "\"1970-01-01T00:00:00.000007Z\"" },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), 7000L, new TimestampType(TimeUnit.Microsecond, (string?)null), "\"1970-01-01T00:00:00.000007\"" },
        { BinaryType.Default, "x"u8.ToArray(), StringType.Default, "\"x\"" },
        { StringType.Default, "x"u8.ToArray(), BinaryType.Default, "\"0x78\"" },
        { NullType.Default, null, Int32Type.Default, "null" },
    };

    [Theory]
    [MemberData(nameof(Promotions))]
    public async Task ReadAsync_TypeThatWidens_GivesTheSameValue(IArrowType from, object? value, IArrowType to, string expected)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", from)], null), [ArrayOf(from, value, null, value)]);

        Assert.Equal([expected, "null", expected], (await file.ReadAsync(new Schema([Field("c", to)], null))).Select(line => line[5..^1]));
    }

    public static TheoryData<IArrowType, object?, IArrowType> NotExact() => new()
    {
        { Int32Type.Default, 128L, Int8Type.Default },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), 7001L, new TimestampType(TimeUnit.Microsecond, (string?)null) },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), long.MaxValue, new TimestampType(TimeUnit.Nanosecond, "UTC") },
        { Date32Type.Default, 2932896L, new TimestampType(TimeUnit.Nanosecond, (string?)null) },
    };

    [Theory]
    [MemberData(nameof(NotExact))]
    public async Task ReadAsync_ValueWithoutEqual_ThrowsValueOutOfRange(IArrowType from, object? value, IArrowType to)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", from)], null), [ArrayOf(from, null, value)]);

        Assert.Equal("file.value_out_of_range", await CodeAsync(file, new Schema([Field("c", to)], null)));
    }

    public static TheoryData<IArrowType, object?, IArrowType> Mismatches() => new()
    {
        { Int64Type.Default, 1L, Int32Type.Default },
        { Int64Type.Default, 1L, StringType.Default },
        { StringType.Default, "1"u8.ToArray(), Int32Type.Default },
        { DoubleType.Default, 1.0, FloatType.Default },
        { Int64Type.Default, 1L, DoubleType.Default },
        { Int64Type.Default, 1L, new Decimal128Type(18, 0) },
        { new Decimal128Type(9, 2), BigInteger.One, new Decimal128Type(9, 3) },
        { new Decimal128Type(9, 2), BigInteger.One, new Decimal128Type(9, 1) },
        { new FixedSizeBinaryType(3), new byte[3], new FixedSizeBinaryType(4) },
        { new FixedSizeBinaryType(16), new byte[16], new Decimal128Type(38, 0) },
        { Int32Type.Default, 1L, new ListType(Int32Type.Default) },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), 1L, Date32Type.Default },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public async Task ReadAsync_TypesThatDoNotFit_ThrowsNamingColumnAndBothTypes(IArrowType from, object? value, IArrowType to)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", from)], null), [ArrayOf(from, value)]);

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(new Schema([Field("c", to)], null)));

        Assert.Equal("file.type_mismatch", error.Code);
        Assert.Contains("'c'", error.Message, StringComparison.Ordinal);
        Assert.Contains(SourceType.Describe(Field("", from)), error.Message, StringComparison.Ordinal);
        Assert.Contains(SourceType.Describe(Field("", to)), error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<IArrowType, object?, string> ConstantValues() => new()
    {
        { BooleanType.Default, true, "true" },
        { Int8Type.Default, -1L, "-1" },
        { Int32Type.Default, -1L, "-1" },
        { UInt64Type.Default, ulong.MaxValue, "18446744073709551615" },
        { HalfFloatType.Default, 1.5, "1.5" },
        { FloatType.Default, 1.5, "1.5" },
        { DoubleType.Default, 0.1, "0.1" },
        { new Decimal128Type(5, 2), new BigInteger(-12345), "\"-123.45\"" },
        { new Decimal256Type(50, 2), new BigInteger(-12345), "\"-123.45\"" },
        { Date32Type.Default, -1L, "\"1969-12-31\"" },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), -1L, "\"1969-12-31T23:59:59.999999Z\"" },
        { StringType.Default, "Zürich"u8.ToArray(), "\"Zürich\"" },
        { BinaryType.Default, Array.Empty<byte>(), "\"0x\"" },
        { new FixedSizeBinaryType(2), new byte[] { 1, 2 }, "\"0x0102\"" },
        { Int64Type.Default, null, "null" },
    };

    [Theory]
    [MemberData(nameof(ConstantValues))]
    public async Task ReadAsync_Constant_IsInEveryRow(IArrowType type, object? value, string expected)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(AB,
            [ArrayOf(Int32Type.Default, 1L, 2L, 3L), ArrayOf(StringType.Default, null, null, null)]);
        var table = new Schema([Field("p", type), Field("a", Int32Type.Default)], null);
        var constants = new Dictionary<string, Scalar> { ["p"] = new(type, value) };

        Assert.Equal(
            [$"{{\"p\":{expected},\"a\":1}}", $"{{\"p\":{expected},\"a\":2}}", $"{{\"p\":{expected},\"a\":3}}"],
            await file.ReadAsync(table, constants: constants));
    }

    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 1)]
    public async Task ReadAsync_ConstantOfColumnThatTheFileHas_WinsOnlyWhenItShall(bool constantsWin, int expected)
    {
        using ParquetTestFile file = WriteAB();
        var constants = new Dictionary<string, Scalar> { ["a"] = new(Int32Type.Default, 9L) };

        Assert.Equal([$"{{\"a\":{expected}}}"], await file.ReadAsync(new Schema([Field("a", Int32Type.Default)], null), constants: constants, constantsWin: constantsWin));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ReadAsync_NoColumnFromTheFile_KeepsItsRows(int smallBytes)
    {
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = smallBytes, BatchRows = 2 } }
            .Write(AB, [ArrayOf(Int32Type.Default, 1L, 2L, 3L), ArrayOf(StringType.Default, null, null, null)]);

        Assert.Equal(["""{"new":null}""", """{"new":null}""", """{"new":null}"""], await file.ReadAsync(new Schema([Field("new", Int32Type.Default)], null)));
    }

    private static ParquetTestFile WriteAB() =>
        new ParquetTestFile().Write(AB, [ArrayOf(Int32Type.Default, 1L), ArrayOf(StringType.Default, Text("x"))]);

    private static async Task<string> CodeAsync(
        ParquetTestFile file, Schema table, ColumnMatching matching = ColumnMatching.Name) =>
        (await Assert.ThrowsAnyAsync<BulkMoverException>(() => file.ReadAsync(table, matching))).Code;
}
