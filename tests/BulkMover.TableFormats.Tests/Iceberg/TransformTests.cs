using System.Globalization;
using System.Numerics;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Expected values from the Iceberg spec: "Partition Transforms", Appendix B and Appendix D.</summary>
public sealed class TransformTests
{
    private static readonly TimestampType Microseconds = new(TimeUnit.Microsecond, "UTC");
    private static readonly TimestampType Nanoseconds = new(TimeUnit.Nanosecond, (string?)null);

    public static TheoryData<IArrowType, object, int> Hashes => new()
    {
        { Int32Type.Default, 34L, 2017239379 },
        { Int64Type.Default, 34L, 2017239379 },
        { new Decimal128Type(9, 2), new BigInteger(1420), -500754589 },
        { Date32Type.Default, (long)(new DateOnly(2017, 11, 16).DayNumber - new DateOnly(1970, 1, 1).DayNumber), -653330422 },
        { Time64Type.Microsecond, new TimeOnly(22, 31, 8).Ticks / 10, -662762989 },
        { Microseconds, MicrosecondsOf("2017-11-16T22:31:08"), -2047944441 },
        { Microseconds, MicrosecondsOf("2017-11-16T22:31:08") + 1, -1207196810 },
        { Nanoseconds, MicrosecondsOf("2017-11-16T22:31:08") * 1000 + 1001, -1207196810 },
        { StringType.Default, "iceberg"u8.ToArray(), 1210000089 },
        { UuidType.Storage, Convert.FromHexString("F79C3E09677C4BBDA4793F349CB785E7"), 1488055340 },
        { new FixedSizeBinaryType(4), new byte[] { 0, 1, 2, 3 }, -188683207 },
        { BinaryType.Default, new byte[] { 0, 1, 2, 3 }, -188683207 },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Hash_TestValueOfTheSpecification_IsAsSpecified(IArrowType type, object value, int expected) =>
        Assert.Equal(expected, Bucket.Hash(type, new Scalar(type, value)));

    [Theory]
    [InlineData("year", "2017-01-01T00:00:00", "2017-12-31T23:59:59.999999", 47)]
    [InlineData("month", "2017-11-01T00:00:00", "2017-11-30T23:59:59.999999", 574)]
    [InlineData("day", "2017-11-16T00:00:00", "2017-11-16T23:59:59.999999", 17486)]
    [InlineData("hour", "2017-11-16T22:00:00", "2017-11-16T22:59:59.999999", 419686)]
    public void Range_TimeTransform_IsWhatTheValueStandsFor(string transform, string first, string last, long value)
    {
        SourceRange range = Range(transform, Microseconds, Int32Type.Default, value);

        Assert.Equal((MicrosecondsOf(first), MicrosecondsOf(last)), ((long)range.Min!.Value!, (long)range.Max!.Value!));
    }

    [Fact]
    public void Range_DayOfDateAndNanoseconds_IsInTheColumnsUnit()
    {
        Assert.Equal((17486L, 17486L), Values(Range("day", Date32Type.Default, Int32Type.Default, 17486L)));
        Assert.Equal((17486 * 86_400_000_000_000, 17487 * 86_400_000_000_000 - 1), Values(Range("day", Nanoseconds, Int32Type.Default, 17486L)));
    }

    [Fact]
    public void Range_DayBefore1970_AllowsForWritersThatRoundedTowardsZero() =>
        Assert.Equal((-1L, 0L), Values(Range("day", Date32Type.Default, Int32Type.Default, 0L)));

    [Theory]
    [InlineData("year", 1_000_000L)]
    [InlineData("month", (long)int.MinValue)]
    [InlineData("hour", (long)int.MaxValue)]
    public void Range_ValueBeyondTheCalendar_RulesNothingOut(string transform, long value) =>
        Assert.Null(Range(transform, Nanoseconds, Int32Type.Default, value).Max);

    [Fact]
    public void Range_TruncatedNumbers_EndBeforeTheNextStep()
    {
        Assert.Equal((-10L, -1L), Values(Range("truncate[10]", Int64Type.Default, Int64Type.Default, -10L)));
        var cents = new Decimal128Type(9, 2);
        SourceRange range = Range("truncate[50]", cents, cents, new BigInteger(1050));
        Assert.Equal((new BigInteger(1050), new BigInteger(1099)), ((BigInteger)range.Min!.Value!, (BigInteger)range.Max!.Value!));
    }

    [Fact]
    public void Range_TruncatedText_HoldsEveryTextThatStartsWithIt()
    {
        SourceRange range = Range("truncate[3]", StringType.Default, StringType.Default, "ice"u8.ToArray());

        Assert.Equal("ice", Encoding.UTF8.GetString((byte[])range.Min!.Value!));
        Assert.True(ScalarComparer.Compare(range.Max!, new Scalar(StringType.Default, "ice\U0010FFFF\U0010FFFF"u8.ToArray())) > 0);
        Assert.Equal("icf", Encoding.UTF8.GetString((byte[])range.Max!.Value!));
        Assert.Equal("né"u8.ToArray(), Range("truncate[3]", StringType.Default, StringType.Default, "né"u8.ToArray()).Max!.Value);
        Assert.Null(Range("truncate[1]", BinaryType.Default, BinaryType.Default, new byte[] { 0xFF }).Max);
    }

    [Theory]
    [InlineData("bucket[8]")]
    [InlineData("void")]
    [InlineData("zorder")]
    public void Range_TransformWithoutOrder_IsUnknown(string transform) =>
        Assert.Equal(default, Range(transform, Int64Type.Default, Int32Type.Default, 3L));

    public static TheoryData<IArrowType, string, object> SingleValues => new()
    {
        { BooleanType.Default, "00", false },
        { BooleanType.Default, "01", true },
        { Int32Type.Default, "22000000", 34L },
        { Int64Type.Default, "DEFFFFFFFFFFFFFF", -34L },
        { Int64Type.Default, "DEFFFFFF", -34L }, // an int before its promotion to long
        { FloatType.Default, "0000803F", 1.0 },
        { DoubleType.Default, "000000000000F03F", 1.0 },
        { DoubleType.Default, "0000803F", 1.0 }, // a float before its promotion to double
        { Date32Type.Default, "4E440000", 17486L },
        { Microseconds, "0100000000000000", 1L },
        { new Decimal128Type(38, 2), "058C", new BigInteger(1420) },
        { new Decimal128Type(9, 2), "FF", new BigInteger(-1) },
        { StringType.Default, "696365", "ice"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(SingleValues))]
    public void Decode_SingleValue_IsReadInTheColumnsType(IArrowType type, string hex, object expected) =>
        Assert.Equal(expected, SingleValue.Decode(type, Convert.FromHexString(hex))!.Value);

    [Fact]
    public void Decode_BytesThatAreNoValue_AreUnknown()
    {
        Assert.Null(SingleValue.Decode(Int64Type.Default, [1, 2, 3]));
        Assert.Null(SingleValue.Decode(BooleanType.Default, []));
        Assert.Null(SingleValue.Decode(new Decimal128Type(9, 2), []));
        Assert.Null(SingleValue.Decode(Microseconds, [1, 2, 3, 4]));
        Assert.Null(SingleValue.Decode(StringType.Default, null));
    }

    private static SourceRange Range(string transform, IArrowType column, IArrowType partition, object value)
    {
        var scalar = new Scalar(partition, value);
        return SourceRange.Of(Transform.Parse(transform), column, scalar, scalar);
    }

    private static (long, long) Values(SourceRange range) => ((long)range.Min!.Value!, (long)range.Max!.Value!);

    private static long MicrosecondsOf(string instant) =>
        (DateTime.Parse(instant, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).Ticks / 10;
}
