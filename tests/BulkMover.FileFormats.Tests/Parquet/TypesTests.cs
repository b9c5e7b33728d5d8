using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;
using Array = System.Array;
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Values of every type that Arrow C++ writes come back as they were.</summary>
public sealed class TypesTests
{
    public static TheoryData<IArrowType, object?[], string[]> Values() => new()
    {
        { BooleanType.Default, [true, false, null], ["true", "false", "null"] },
        { Int8Type.Default, [(long)sbyte.MinValue, null, (long)sbyte.MaxValue], ["-128", "null", "127"] },
        { Int16Type.Default, [(long)short.MinValue, (long)short.MaxValue], ["-32768", "32767"] },
        { Int32Type.Default, [(long)int.MinValue, (long)int.MaxValue], ["-2147483648", "2147483647"] },
        { Int64Type.Default, [long.MinValue, null, long.MaxValue], ["-9223372036854775808", "null", "9223372036854775807"] },
        { UInt8Type.Default, [255L, 0L], ["255", "0"] },
        { UInt16Type.Default, [65535L], ["65535"] },
        { UInt32Type.Default, [4294967295L], ["4294967295"] },
        { UInt64Type.Default, [ulong.MaxValue, null], ["18446744073709551615", "null"] },
        { HalfFloatType.Default, [1.5, -0.0, null], ["1.5", "-0.0", "null"] },
        { FloatType.Default, [0.1, double.NaN], ["0.10000000149011612", "\"NaN\""] },
        { DoubleType.Default, [0.1, double.NegativeInfinity], ["0.1", "\"-Infinity\""] },
        { new Decimal128Type(5, 2), [new BigInteger(-99999), null], ["\"-999.99\"", "null"] },
        { new Decimal128Type(38, 10), [BigInteger.Pow(10, 38) - 1], ["\"9999999999999999999999999999.9999999999\""] },
        { new Decimal256Type(76, 0), [-(BigInteger.Pow(10, 76) - 1)], ["\"-" + new string('9', 76) + "\""] },
        { Date32Type.Default, [-719162L, 2932896L], ["\"0001-01-01\"", "\"9999-12-31\""] },
        { new Time32Type(TimeUnit.Millisecond), [86_399_999L], ["\"23:59:59.999000\""] },
        { new Time64Type(TimeUnit.Microsecond), [86_399_999_999L], ["\"23:59:59.999999\""] },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), [-1L], ["\"1969-12-31T23:59:59.999000Z\""] },
        { new TimestampType(TimeUnit.Microsecond, (string?)null), [-1L], ["\"1969-12-31T23:59:59.999999\""] },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), [1L], ["\"1970-01-01T00:00:00.000000001\""] },
        { StringType.Default, [Text("ü漢🚚"), Text(""), null], ["\"ü漢🚚\"", "\"\"", "null"] },
        { BinaryType.Default, [new byte[] { 0, 255 }, Array.Empty<byte>()], ["\"0x00ff\"", "\"0x\""] },
        { new FixedSizeBinaryType(3), [new byte[] { 1, 2, 3 }, null], ["\"0x010203\"", "null"] },
        { NullType.Default, [null, null], ["null", "null"] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task ReadAsync_FlatType_GivesTheWrittenValues(IArrowType type, object?[] values, string[] expected)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", type)], null), [ArrayOf(type, values)]);

        Assert.Equal(expected.Select(value => $"{{\"c\":{value}}}"), await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_NestedColumns_TellsNullsAtEachLevelApart()
    {
        var element = Field("element", Int32Type.Default);
        var list = new ListArray.Builder(element);
        var items = (Int32Array.Builder)list.ValueBuilder;
        list.Append();
        items.Append(1).AppendNull();
        list.AppendNull();
        list.Append();
        ListArray lists = list.Build();
        var structType = new StructType([Field("a", Int64Type.Default), Field("l", new ListType(element))]);
        var structs = new StructArray(structType, 3, [ArrayOf(Int64Type.Default, 7L, null, 9L), lists],
            new ArrowBuffer.BitmapBuilder().Append(true).Append(true).Append(false).Build(), 1);
        var map = new MapArray.Builder(new MapType(Field("key", StringType.Default, nullable: false), Field("value", Int32Type.Default)));
        map.Append();
        ((StringArray.Builder)map.KeyBuilder).Append("k");
        ((Int32Array.Builder)map.ValueBuilder).AppendNull();
        map.Append();
        map.AppendNull();
        MapArray maps = map.Build();
        using ParquetTestFile file = new ParquetTestFile().Write(
            new Schema([Field("s", structType), Field("m", maps.Data.DataType)], null), [structs, maps]);

        Assert.Equal(
            [
                """{"s":{"a":7,"l":[1,null]},"m":[["k",null]]}""",
                """{"s":{"a":null,"l":null},"m":[]}""",
                """{"s":null,"m":null}""",
            ],
            await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_Int96_CoversAllYearsAndIsExact()
    {
        using var file = new ParquetTestFile();
        // Julian days of 0001-01-01, 9999-12-31 and 1970-01-01; the last has its nanoseconds before the day.
        WriteInt96(file, new Int96(0, 0, 1_721_426), new Int96(0, 0, 5_373_484), Int96Of(-1_000, 2_440_588));

        Assert.Equal(
            ["""{"t":"0001-01-01T00:00:00.000000"}""", """{"t":"9999-12-31T00:00:00.000000"}""", """{"t":"1969-12-31T23:59:59.999999"}"""],
            await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_Int96WithNanoseconds_ThrowsInsteadOfCutting()
    {
        using var file = new ParquetTestFile();
        WriteInt96(file, Int96Of(1, 2_440_588));

        var error = await Assert.ThrowsAsync<ValueOutOfRangeException>(() => file.ReadAsync());

        Assert.Contains("'t'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_Int96AsNanoseconds_KeepsThemAndRefusesWhatDoesNotFit()
    {
        var table = new Schema([Field("t", new TimestampType(TimeUnit.Nanosecond, "UTC"))], null);
        using var near = new ParquetTestFile();
        WriteInt96(near, Int96Of(1, 2_440_588));
        using var far = new ParquetTestFile();
        WriteInt96(far, new Int96(0, 0, 5_373_484));

        Assert.Equal(["""{"t":"1970-01-01T00:00:00.000000001Z"}"""], await near.ReadAsync(table));
        await Assert.ThrowsAsync<ValueOutOfRangeException>(() => far.ReadAsync(table));
    }

    [Fact]
    public async Task ReadAsync_FileOfParquetNet_GivesTheWrittenValues()
    {
        using var file = new ParquetTestFile();
        await ParquetNetFile.WriteAsync(file.Path, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                """{"id":1,"name":"a","price":"1.50","tags":["x","y"],"key":"00112233-4455-6677-8899-aabbccddeeff"}""",
                """{"id":2,"name":null,"price":null,"tags":[],"key":"00000000-0000-0000-0000-000000000000"}""",
            ],
            await file.ReadAsync());
    }

    private static Int96 Int96Of(long nanoseconds, int day) => new((int)nanoseconds, (int)(nanoseconds >> 32), day);

    private static void WriteInt96(ParquetTestFile file, params Int96[] values)
    {
        using var writer = new ParquetFileWriter(file.Path, [new Column<Int96>("t")]);
        using RowGroupWriter rowGroup = writer.AppendRowGroup();
        using LogicalColumnWriter<Int96> column = rowGroup.NextColumn().LogicalWriter<Int96>();
        column.WriteBatch(values);
        writer.Close();
    }
}
