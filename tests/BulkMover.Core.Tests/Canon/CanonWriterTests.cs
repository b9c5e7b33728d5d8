using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Testing.Canon;
using Xunit;

namespace BulkMover.Core.Tests.Canon;

public sealed class CanonWriterTests
{
    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.00000012, "1.2e-7")]
    [InlineData(9007199254740993.0, "9007199254740992.0")]
    [InlineData(1e20, "100000000000000000000.0")]
    [InlineData(1.5e21, "1.5e+21")]
    [InlineData(123456.789, "123456.789")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    public void Lines_Double_IsShortestWithPointOrExponent(double value, string expected) =>
        Assert.Equal($"{{\"x\":{expected}}}", Line(new DoubleArray.Builder().Append(value).Build()));

    [Fact]
    public void Lines_DecimalOfSmallValue_HasAllDigitsOfTheScale() =>
        Assert.Equal("{\"x\":\"-0.05\"}", Line(new Decimal128Array.Builder(new Decimal128Type(9, 2)).Append(-0.05m).Build()));

    [Theory]
    [InlineData(TimeUnit.Millisecond, "UTC", -1L, "1969-12-31T23:59:59.999000Z")]
    [InlineData(TimeUnit.Nanosecond, null, -1L, "1969-12-31T23:59:59.999999999")]
    [InlineData(TimeUnit.Second, null, 253402300800L, "+010000-01-01T00:00:00.000000")]
    [InlineData(TimeUnit.Microsecond, "UTC", -62135596800000001L, "0000-12-31T23:59:59.999999Z")]
    public void Lines_Timestamp_ShowsUnitAndZone(TimeUnit unit, string? zone, long value, string expected)
    {
        var data = new ArrayData(new TimestampType(unit, zone), 1, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(BitConverter.GetBytes(value))]);

        Assert.Equal($"{{\"x\":\"{expected}\"}}", Line(new TimestampArray(data)));
    }

    [Fact]
    public void Lines_Text_EscapesWhatJsonMust() =>
        Assert.Equal("{\"x\":\"a\\\"\\\\\\n\\u0001é\"}", Line(new StringArray.Builder().Append("a\"\\\n\u0001é").Build()));

    private static string Line(IArrowArray array)
    {
        using var batch = new RecordBatch(new Schema([new Field("x", array.Data.DataType, true)], null), [array], 1);
        return new CanonWriter().Lines(batch).Single();
    }
}
