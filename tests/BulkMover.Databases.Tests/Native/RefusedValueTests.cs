using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>What does not fit is an error that names column, row and value, and the batch's memory is given back.</summary>
public sealed class RefusedValueTests
{
    private static readonly CalendarSupport Narrow = new(WideDates: false, WideTimestamps: false);

    public static TheoryData<IArrowType, object, string> OutOfRange => new()
    {
        { Date32Type.Default, -25_568, "1899-12-31" },
        { Date32Type.Default, 120_530, "2300-01-01" },
        { Date32Type.Default, int.MinValue, "-2147483648 days since 1970-01-01" },
        { Date64Type.Default, 1, "1970-01-01 00:00:00 (1 milliseconds since 1970-01-01)" },
        { Date64Type.Default, 120_530 * 86_400_000L, "2300-01-01 00:00:00" },
        { new TimestampType(TimeUnit.Second, "UTC"), 10_413_792_000, "2300-01-01 00:00:00" },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), -2_208_988_800_001, "1899-12-31 23:59:59" },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), long.MaxValue, "9223372036854775807 microseconds since 1970-01-01" },
        { new TimestampType(TimeUnit.Nanosecond, "UTC"), -2_208_988_800_000_000_001, "1899-12-31 23:59:59" },
        { new Time32Type(TimeUnit.Second), 3_600_000, "3,600,000 seconds" },
        { new Time64Type(TimeUnit.Microsecond), 3_600_000_000_000, "3,600,000,000,000 microseconds" },
        { new Decimal32Type(5, 2), 100_000, "1000.00" },
        { new Decimal64Type(9, 2), 1_000_000_000, "10000000.00" },
        { new Decimal128Type(15, 2), -1_000_000_000_000_000, "-10000000000000.00" },
        { new Decimal128Type(38, 2), System.Numerics.BigInteger.Pow(10, 38), "1000000000000000000000000000000000000.00" },
        { new Decimal256Type(18, 0), System.Numerics.BigInteger.Pow(2, 200), "1606938044258990275541962092341162602522202993782792835301376" },
        { new Decimal256Type(76, 75), -System.Numerics.BigInteger.Pow(10, 76), "-10.000" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Encode_ValueOutsideTheRange_NamesColumnRowAndValue(IArrowType type, object value, string text)
    {
        var field = new Field("when", type, nullable: true);
        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(field, null, 0L, value));
        Assert.Equal("clickhouse.value_out_of_range", error.Code);
        Assert.Contains("Column 'when', row 2 ", error.Message, StringComparison.Ordinal);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains("--where", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_ValueInsideNestedList_NamesTheRowOfTheBatch()
    {
        var date = new Field("d", Date32Type.Default, false);
        var field = new Field("v", new ListType(new Field("s", new StructType([new Field("m", new MapType(new Field("k", StringType.Default, false), date), false)]), false)), false);
        object?[] good = [new object?[] { new object?[] { new object?[] { "a", 1 } } }];
        object?[] bad = [new object?[] { new object?[] { new object?[] { "a", 1 }, new object?[] { "b", 999_999 } } }];

        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(field, good, System.Array.Empty<object>(), bad));
        Assert.Contains("Column 'v.element.m.value', row 2 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NullList_IsRefusedByName()
    {
        var error = Assert.Throws<ValueOutOfRangeException>(
            () => Encode(new Field("tags", new ListType(Int32Type.Default), true), System.Array.Empty<object>(), null));
        Assert.Equal("clickhouse.null_list", error.Code);
        Assert.Contains("Column 'tags', row 1 ", error.Message, StringComparison.Ordinal);
        Assert.Contains("tags is not null", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NullMapInStruct_IsRefusedOnlyWhereTheStructIsNotNull()
    {
        var field = new Field("v", new StructType([new Field("m", new MapType(StringType.Default, Int32Type.Default), true)]), true);
        Encode(field, null, new object?[] { System.Array.Empty<object>() }).Dispose();
        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(field, null, new object?[] { null }));
        Assert.Contains("Column 'v.m', row 1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NullInRequiredColumn_IsRefused()
    {
        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(new Field("id", Int64Type.Default, false), 1, null));
        Assert.Equal("clickhouse.null_refused", error.Code);
    }

    [Fact]
    public void Encode_NullInRequiredDictionary_IsRefused()
    {
        var type = new DictionaryType(Int8Type.Default, StringType.Default, false);
        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(new Field("id", type, false), "a", null));
        Assert.Contains("row 1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_NullKeyOfMap_IsRefused()
    {
        var field = new Field("v", new MapType(new Field("k", StringType.Default, true), new Field("v", Int32Type.Default, true)), false);
        var error = Assert.Throws<ValueOutOfRangeException>(() => Encode(field, [new object?[] { new object?[] { null, 1 } }]));
        Assert.Contains("Column 'v.key', row 0 ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(127)]
    public void Encode_DictionaryIndexOutside_IsCorrupt(sbyte index)
    {
        var type = new DictionaryType(Int8Type.Default, StringType.Default, false);
        ArrayData dictionary = new ModelArrays().Array(new Field("d", StringType.Default, true), ["a", "b"]).Data;
        var data = new ArrayData(type, 1, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new[] { (byte)index })], System.Array.Empty<ArrayData>(), dictionary);
        var schema = new Schema([new Field("v", type, true)], null);
        var batch = new RecordBatch(schema, [ArrowArrayFactory.BuildArray(data)], 1);
        Assert.Throws<CorruptTableException>(() => NativeTarget.EncoderFor(schema, Narrow).Encode(batch));
    }

    [Theory]
    [InlineData(0, 5, 3)]
    [InlineData(-4, 1, 2)]
    [InlineData(0, 1, 4)]
    [InlineData(0, int.MaxValue, int.MaxValue)]
    public void Encode_OffsetsThatPointOutside_AreCorrupt(int first, int second, int third)
    {
        byte[] offsets = [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(second), .. BitConverter.GetBytes(third)];
        var memory = new CountingAllocator();
        var data = new ArrayData(StringType.Default, 2, 0, 0,
            [ArrowBuffer.Empty, new ArrowBuffer.Builder<byte>().AppendRange(offsets).Build(memory), new ArrowBuffer("abc"u8.ToArray())]);
        var schema = new Schema([new Field("v", StringType.Default, false)], null);
        var batch = new RecordBatch(schema, [ArrowArrayFactory.BuildArray(data)], 2);
        Assert.Throws<CorruptTableException>(() => NativeTarget.EncoderFor(schema, Narrow).Encode(batch));
        Assert.Equal((0, 0), (memory.LiveBuffers, memory.BuffersFreedTwice));
    }

    private static NativeBlock Encode(Field field, params object?[] values)
    {
        var memory = new CountingAllocator();
        var schema = new Schema([field], null);
        RecordBatch batch = new ModelArrays(memory).Batch(schema, [.. values.Select(value => new[] { value })]);
        Assert.True(memory.LiveBuffers > 0);
        try
        {
            return NativeTarget.EncoderFor(schema, Narrow).Encode(batch);
        }
        catch (BulkMoverException)
        {
            Assert.Equal((0, 0), (memory.LiveBuffers, memory.BuffersFreedTwice));
            throw;
        }
    }
}
