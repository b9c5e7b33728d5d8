using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.FileFormats.Tests.Parquet;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Delta PROTOCOL.md, "Type Widening": each change of its list, at the ends of the narrower type; and nothing beyond the list.</summary>
public sealed class TypeWideningTests
{
    private static readonly TimestampType WithoutZone = new(TimeUnit.Microsecond, (string?)null);

    public static TheoryData<IArrowType, object, IArrowType, string> Supported() => new()
    {
        // "Byte -> Short -> Int -> Long"
        { Int8Type.Default, -128L, Int16Type.Default, "-128" },
        { Int8Type.Default, -128L, Int32Type.Default, "-128" },
        { Int8Type.Default, -128L, Int64Type.Default, "-128" },
        { Int16Type.Default, -32768L, Int32Type.Default, "-32768" },
        { Int16Type.Default, -32768L, Int64Type.Default, "-32768" },
        { Int32Type.Default, (long)int.MinValue, Int64Type.Default, "-2147483648" },
        // "Float -> Double": the same number, which is not the one of the same text.
        { FloatType.Default, 0.1, DoubleType.Default, "0.10000000149011612" },
        // "Byte, Short or Int -> Double"
        { Int8Type.Default, -128L, DoubleType.Default, "-128.0" },
        { Int16Type.Default, 32767L, DoubleType.Default, "32767.0" },
        { Int32Type.Default, (long)int.MaxValue, DoubleType.Default, "2147483647.0" },
        // "Date -> Timestamp without timezone"
        { Date32Type.Default, 19975L, WithoutZone, "\"2024-09-09T00:00:00.000000\"" },
        { Date32Type.Default, -719162L, WithoutZone, "\"0001-01-01T00:00:00.000000\"" },
        { Date32Type.Default, 2932896L, WithoutZone, "\"9999-12-31T00:00:00.000000\"" },
        // "Decimal(p, s) -> Decimal(p + k1, s + k2) where k1 >= k2 >= 0", in each width that Parquet stores decimals in.
        { new Decimal128Type(9, 2), new BigInteger(999999999), new Decimal128Type(10, 2), "\"9999999.99\"" },
        { new Decimal128Type(9, 2), new BigInteger(-999999999), new Decimal128Type(19, 12), "\"-9999999.990000000000\"" },
        { new Decimal128Type(18, 0), new BigInteger(999999999999999999), new Decimal128Type(38, 20), "\"999999999999999999.00000000000000000000\"" },
        { new Decimal128Type(20, 10), BigInteger.Pow(10, 20) - 1, new Decimal128Type(21, 11), "\"9999999999.99999999990\"" },
        // "Byte, Short or Int -> Decimal(10 + k1, k2) where k1 >= k2 >= 0"
        { Int8Type.Default, -128L, new Decimal128Type(10, 0), "\"-128\"" },
        { Int16Type.Default, -32768L, new Decimal128Type(11, 1), "\"-32768.0\"" },
        { Int32Type.Default, (long)int.MinValue, new Decimal128Type(10, 0), "\"-2147483648\"" },
        { Int32Type.Default, (long)int.MaxValue, new Decimal128Type(38, 28), $"\"2147483647.{new string('0', 28)}\"" },
        // "Long -> Decimal(20 + k1, k2) where k1 >= k2 >= 0"
        { Int64Type.Default, long.MinValue, new Decimal128Type(20, 0), "\"-9223372036854775808\"" },
        { Int64Type.Default, long.MaxValue, new Decimal128Type(38, 18), $"\"9223372036854775807.{new string('0', 18)}\"" },
    };

    [Theory]
    [MemberData(nameof(Supported))]
    public async Task ReadAsync_FileIsOlderThanTheChange_GivesTheSameValue(IArrowType from, object value, IArrowType to, string expected)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", from)], null), [ArrayOf(from, value, null)]);

        Assert.Equal([$$"""{"c":{{expected}}}""", """{"c":null}"""], await file.ReadAsync(new Schema([Field("c", to)], null)));
    }

    [Fact]
    public async Task ReadAsync_ChangeIsInsideOfAMapAndAList_WidensKeysValuesAndElements()
    {
        var written = new MapType(new Field("key", Int32Type.Default, false), new Field("value", new ListType(new Field("element", FloatType.Default, true)), true));
        var table = new MapType(new Field("key", Int64Type.Default, false), new Field("value", new ListType(new Field("element", DoubleType.Default, true)), true));
        ArrowBuffer offsets = new ArrowBuffer.Builder<int>().Append(0).Append(1).Build();
        var lists = new ListArray(written.ValueField.DataType, 1, offsets, ArrayOf(FloatType.Default, 0.5), ArrowBuffer.Empty);
        var entries = new StructArray(written.KeyValueType, 1, [ArrayOf(Int32Type.Default, 7L), lists], ArrowBuffer.Empty);
        using ParquetTestFile file = new ParquetTestFile().Write(
            new Schema([Field("m", written)], null), [new MapArray(written, 1, offsets, entries, ArrowBuffer.Empty)]);

        Assert.Equal(["""{"m":[[7,[0.5]]]}"""], await file.ReadAsync(new Schema([Field("m", table)], null)));
    }

    public static TheoryData<IArrowType, object, IArrowType> Unsupported() => new()
    {
        { Date32Type.Default, 1L, new TimestampType(TimeUnit.Microsecond, "UTC") },
        { WithoutZone, 1L, Date32Type.Default },
        { Int64Type.Default, 1L, DoubleType.Default },
        { Int32Type.Default, 1L, FloatType.Default },
        { DoubleType.Default, 1.0, FloatType.Default },
        { Int64Type.Default, 1L, Int32Type.Default },
        { Int32Type.Default, 1L, new Decimal128Type(11, 2) },
        { Int64Type.Default, 1L, new Decimal128Type(19, 1) },
        { FloatType.Default, 1.0, new Decimal128Type(38, 10) },
        { new Decimal128Type(10, 2), BigInteger.One, new Decimal128Type(10, 3) },
        { new Decimal128Type(10, 2), BigInteger.One, new Decimal128Type(12, 1) },
        { new Decimal128Type(10, 0), BigInteger.One, DoubleType.Default },
        { new Decimal128Type(10, 0), BigInteger.One, Int64Type.Default },
        { BooleanType.Default, true, Int32Type.Default },
        { Int32Type.Default, 1L, StringType.Default },
    };

    [Theory]
    [MemberData(nameof(Unsupported))]
    public async Task ReadAsync_ChangeIsNotInTheList_ThrowsCorruptTable(IArrowType from, object value, IArrowType to)
    {
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("c", from)], null), [ArrayOf(from, value)]);

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync(new Schema([Field("c", to)], null)));
        Assert.Equal("file.type_mismatch", error.Code);
    }
}
