using System.Globalization;
using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Partitions;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Batches;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Values of rows under the transforms of the Iceberg spec ("Partition Transforms", "Truncate Transform Details", Appendix B).</summary>
public sealed class PartitionValuesTests
{
    private static readonly TimestampType Microseconds = new(TimeUnit.Microsecond, "UTC");

    [Theory]
    [InlineData("day", "1970-01-01", 0)]
    [InlineData("day", "1969-12-31", -1)]
    [InlineData("month", "1970-01-31", 0)]
    [InlineData("month", "1969-12-31", -1)]
    [InlineData("month", "2017-12-01", 575)]
    [InlineData("year", "2017-12-01", 47)]
    [InlineData("year", "1969-12-31", -1)]
    [InlineData("month", "2024-02-29", 649)]
    [InlineData("month", "0001-01-01", -23628)]
    public void OfDate_Transform_IsThatOfTheSpecification(string transform, string date, int expected) =>
        Assert.Equal((long)expected, Value(transform, Date32Type.Default, CalendarText.Days(date)!, Int32Type.Default));

    [Theory]
    [InlineData("hour", "2017-11-16T22:31:08", 419686)]
    [InlineData("hour", "1969-12-31T23:59:59", -1)]
    [InlineData("day", "1969-12-31T23:59:59", -1)]
    [InlineData("month", "1969-12-31T23:59:59", -1)]
    [InlineData("year", "2017-11-16T22:31:08", 47)]
    public void OfTimestamp_Transform_IsThatOfTheSpecification(string transform, string time, int expected) =>
        Assert.Equal((long)expected, Value(transform, Microseconds, CalendarText.Microseconds(time, isInstant: true)!, Int32Type.Default));

    [Theory]
    [InlineData("hour", "2017-11-16T22:31:08.000000001", 419686)]
    [InlineData("hour", "1969-12-31T23:59:59.999999999", -1)]
    [InlineData("day", "1969-12-31T23:59:59.999999999", -1)]
    [InlineData("year", "2017-11-16T22:31:08", 47)]
    // Appendix B: 2017-11-16T22:31:08 has the hash -2047944441, and 22:31:08.000001001 has -1207196810.
    [InlineData("bucket[16]", "2017-11-16T22:31:08", (-2047944441 & int.MaxValue) % 16)]
    [InlineData("bucket[16]", "2017-11-16T22:31:08.000001001", (-1207196810 & int.MaxValue) % 16)]
    public void OfNanoseconds_Transform_IsThatOfTheSpecification(string transform, string time, int expected) =>
        Assert.Equal((long)expected, Value(transform, new TimestampType(TimeUnit.Nanosecond, "UTC"), CalendarText.Ticks(time, 9, isInstant: true)!, Int32Type.Default));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, -10)]
    [InlineData(-10, -10)]
    [InlineData(19, 10)]
    public void Truncate_WholeNumber_GoesDown(long value, long expected) =>
        Assert.Equal(expected, Value("truncate[10]", Int64Type.Default, value, Int64Type.Default));

    [Theory]
    [InlineData(1065, 1050)]
    [InlineData(-1, -50)]
    public void Truncate_Decimal_GoesDownInItsScale(int unscaled, int expected) =>
        Assert.Equal(new BigInteger(expected), Value("truncate[50]", new Decimal128Type(9, 2), new BigInteger(unscaled), new Decimal128Type(9, 2)));

    [Theory]
    [InlineData("iceberg", "ice")]
    [InlineData("é€😀x", "é€😀")]
    [InlineData("ab", "ab")]
    public void Truncate_Text_KeepsWholeCharacters(string text, string expected) =>
        Assert.Equal(Encoding.UTF8.GetBytes(expected), Value("truncate[3]", StringType.Default, Encoding.UTF8.GetBytes(text), StringType.Default));

    /// <summary>Hashes of Appendix B, modulo 16.</summary>
    [Fact]
    public void Bucket_ValuesOfTheSpecification_HaveItsHashes()
    {
        Assert.Equal(2017239379L % 16, Value("bucket[16]", Int64Type.Default, 34L, Int32Type.Default));
        Assert.Equal((-500754589 & int.MaxValue) % 16L, Value("bucket[16]", new Decimal128Type(9, 2), new BigInteger(1420), Int32Type.Default));
        Assert.Equal((-653330422 & int.MaxValue) % 16L, Value("bucket[16]", Date32Type.Default, CalendarText.Days("2017-11-16")!, Int32Type.Default));
        Assert.Equal(1210000089L % 16, Value("bucket[16]", StringType.Default, "iceberg"u8.ToArray(), Int32Type.Default));
        Assert.Equal((-188683207 & int.MaxValue) % 16L, Value("bucket[16]", BinaryType.Default, (byte[])[0, 1, 2, 3], Int32Type.Default));
        Assert.Equal(1488055340L % 16, Value("bucket[16]", UuidType.Storage, Convert.FromHexString("f79c3e09677c4bbda4793f349cb785e7"), Int32Type.Default));
    }

    [Fact]
    public void OfNull_AnyTransform_IsNull()
    {
        foreach (string transform in (string[])["identity", "bucket[4]", "day", "void"])
        {
            ArrayData data = new TestArrays(MemoryAllocator.Default.Value, new Random(1)).Build(Date32Type.Default, [null], offset: 3).Data;
            Assert.True(PartitionValues.Of(new PartitionColumn("p", 0, Transform.Parse(transform), Int32Type.Default), data).IsNull(0));
        }
    }

    /// <summary>Of a row behind others, as slices have them.</summary>
    private static object? Value(string transform, IArrowType type, object value, IArrowType result)
    {
        ArrayData data = new TestArrays(MemoryAllocator.Default.Value, new Random(1)).Build(type, [null, value], offset: 5).Data;
        var values = PartitionValues.Of(new PartitionColumn("p", 0, Transform.Parse(transform), result), data);
        Assert.True(values.IsNull(0));
        Assert.False(values.IsNull(1), string.Create(CultureInfo.InvariantCulture, $"{value}"));
        return PartitionValues.ToScalar(values.Value(1, new byte[16]), result).Value;
    }
}
