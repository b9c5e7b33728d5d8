using System.Globalization;
using System.Numerics;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.TableFormats.Partitions;
using Xunit;

namespace BulkMover.TableFormats.Tests.Partitions;

public sealed class PartitionValueTests
{
    private static readonly TimestampType Instant = new(TimeUnit.Microsecond, "UTC");
    private static readonly TimestampType Local = new(TimeUnit.Microsecond, (string?)null);

    public static TheoryData<string, IArrowType, object?> Values => new()
    {
        { "127", Int8Type.Default, 127L },
        { "128", Int8Type.Default, null },
        { "-32768", Int16Type.Default, -32768L },
        { "2147483648", Int32Type.Default, null },
        { "9223372036854775807", Int64Type.Default, long.MaxValue },
        { "1.0", Int32Type.Default, null },
        { " 1", Int32Type.Default, null },
        { "", Int32Type.Default, null },
        { "true", BooleanType.Default, true },
        { "FALSE", BooleanType.Default, false },
        { "1", BooleanType.Default, null },
        { "3.4028235E38", FloatType.Default, (double)float.MaxValue },
        { "0.1", FloatType.Default, (double)0.1f },
        { "1e39", FloatType.Default, null },
        { "-Infinity", DoubleType.Default, double.NegativeInfinity },
        { "NaN", DoubleType.Default, double.NaN },
        { "1e400", DoubleType.Default, null },
        { "123.45", new Decimal128Type(8, 2), new BigInteger(12345) },
        { "-0.05", new Decimal128Type(8, 2), new BigInteger(-5) },
        { "0E-18", new Decimal128Type(38, 18), BigInteger.Zero },
        { "1.2E+3", new Decimal128Type(8, 2), new BigInteger(120000) },
        { "1.234", new Decimal128Type(8, 2), null },
        { "1.230", new Decimal128Type(8, 2), new BigInteger(123) },
        { "1000000", new Decimal128Type(8, 2), null },
        { "1e999999999", new Decimal128Type(38, 0), null },
        { ".", new Decimal128Type(8, 2), null },
        { "1970-01-01", Date32Type.Default, 0L },
        { "1969-12-31", Date32Type.Default, -1L },
        { "0001-01-01", Date32Type.Default, -719162L },
        { "9999-12-31", Date32Type.Default, 2932896L },
        { "+10000-01-01", Date32Type.Default, 2932897L },
        { "2024-02-30", Date32Type.Default, null },
        { "2024-1-5", Date32Type.Default, 19727L },
        { "2024-01-05T", Date32Type.Default, null },
        { "1970-01-01 00:00:01", Instant, 1_000_000L },
        { "1970-01-01 00:00:00.123456", Instant, 123_456L },
        { "1970-01-01 00:00:00.1", Instant, 100_000L },
        { "1970-01-01T00:00:00.123456Z", Instant, 123_456L },
        { "1970-01-01T02:00:00+02:00", Instant, 0L },
        { "1969-12-31 23:59:59.999999", Instant, -1L },
        { "1970-01-02", Instant, 86_400_000_000L },
        { "1970-01-01 00:00:00.1234567", Instant, null },
        { "1970-01-01 24:00:00", Instant, null },
        { "1970-01-01T00:00:00Z", Local, null },
        { "2000-06-15 12:00:00.000001", Local, 961_070_400_000_001L },
        { "9999999-01-01 00:00:00", Instant, null },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Parse_Text_IsTheExactValueOrNone(string text, IArrowType type, object? expected) =>
        Assert.Equal(expected, PartitionValue.Parse(text, type)?.Value);

    [Fact]
    public void Parse_TextOfAnyKind_IsItsUtf8Bytes()
    {
        Assert.Equal(Encoding.UTF8.GetBytes("Hi😈"), PartitionValue.Parse("Hi😈", BinaryType.Default)?.Value);
        Assert.Equal("null"u8.ToArray(), PartitionValue.Parse("null", StringType.Default)?.Value);
    }

    [Fact]
    public void Parse_EveryDayOfFourHundredYears_AgreesWithTheCalendar()
    {
        for (var day = new DateOnly(1800, 1, 1); day.Year < 2200; day = day.AddDays(1))
        {
            long expected = day.DayNumber - new DateOnly(1970, 1, 1).DayNumber;
            Assert.Equal(expected, PartitionValue.Parse(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Date32Type.Default)?.Value);
        }
    }
}
