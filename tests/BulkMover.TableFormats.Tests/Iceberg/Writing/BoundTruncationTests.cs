using System.Numerics;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Writing;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>Expected bytes are of Iceberg spec, Appendix D, and of what a bound has to be: not above the least value, not below the greatest.</summary>
public class BoundTruncationTests
{
    [Theory]
    [InlineData("short", "short", "short")]
    [InlineData("exactly sixteen!", "exactly sixteen!", "exactly sixteen!")]
    [InlineData("more than sixteen", "more than sixtee", "more than sixtef")]
    // Sixteen code points, whatever their length in bytes or in UTF-16.
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😁")]
    // Behind U+D7FF come the halves of pairs, which are no characters.
    [InlineData("aaaaaaaaaaaaaaa\uD7FFb", "aaaaaaaaaaaaaaa\uD7FF", "aaaaaaaaaaaaaaa\uE000")]
    // The last code point has none behind it.
    [InlineData("aaaaaaaaaaaaaab\U0010FFFFz", "aaaaaaaaaaaaaab\U0010FFFF", "aaaaaaaaaaaaaac")]
    // One byte more than all of a length has.
    [InlineData("aaaaaaaaaaaaaaa\u007Fb", "aaaaaaaaaaaaaaa\u007F", "aaaaaaaaaaaaaaa\u0080")]
    public void Bounds_OfTexts_AreCutToCodePoints(string text, string lower, string upper)
    {
        var value = new Scalar(StringType.Default, Encoding.UTF8.GetBytes(text));

        Assert.Equal(Encoding.UTF8.GetBytes(lower), BoundTruncation.Lower(StringType.Default, value, 16));
        Assert.Equal(Encoding.UTF8.GetBytes(upper), BoundTruncation.Upper(StringType.Default, value, 16));
    }

    [Fact]
    public void Upper_NoCodePointHasANext_IsLeftOut()
    {
        var value = new Scalar(StringType.Default, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\U0010FFFF", 17))));

        Assert.Null(BoundTruncation.Upper(StringType.Default, value, 16));
        Assert.Equal(64, BoundTruncation.Lower(StringType.Default, value, 16)!.Length);
    }

    [Fact]
    public void Bounds_TextIsCutWithinACharacter_EndBeforeIt()
    {
        var value = new Scalar(StringType.Default, (byte[])[.. "ab"u8, 0xF0, 0x9F]);

        Assert.Equal("ab"u8.ToArray(), BoundTruncation.Lower(StringType.Default, value, 16));
        Assert.Equal("ac"u8.ToArray(), BoundTruncation.Upper(StringType.Default, value, 16));
    }

    [Fact]
    public void Bounds_OfBytes_AreCutToBytes()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)1, 14), 2, 0xFF, 9];
        var value = new Scalar(BinaryType.Default, bytes);

        Assert.Equal(bytes[..16], BoundTruncation.Lower(BinaryType.Default, value, 16));
        Assert.Equal([.. Enumerable.Repeat((byte)1, 14), 3], BoundTruncation.Upper(BinaryType.Default, value, 16));
        Assert.Null(BoundTruncation.Upper(BinaryType.Default, new Scalar(BinaryType.Default, Enumerable.Repeat((byte)0xFF, 17).ToArray()), 16));
    }

    public static TheoryData<Scalar, byte[]> Values => new()
    {
        { new Scalar(BooleanType.Default, true), [1] },
        { new Scalar(Int32Type.Default, -2L), [0xFE, 0xFF, 0xFF, 0xFF] },
        { new Scalar(Int64Type.Default, 34L), [34, 0, 0, 0, 0, 0, 0, 0] },
        { new Scalar(Date32Type.Default, 1L), [1, 0, 0, 0] },
        { new Scalar(new TimestampType(TimeUnit.Microsecond, "UTC"), 256L), [0, 1, 0, 0, 0, 0, 0, 0] },
        { new Scalar(FloatType.Default, -4.5), [0, 0, 0x90, 0xC0] },
        { new Scalar(DoubleType.Default, 1.0), [0, 0, 0, 0, 0, 0, 0xF0, 0x3F] },
        { new Scalar(new Decimal128Type(9, 2), new BigInteger(1420)), [0x05, 0x8C] },
        { new Scalar(new Decimal128Type(9, 2), new BigInteger(-1)), [0xFF] },
        { new Scalar(UuidType.Storage, Enumerable.Range(0, 16).Select(i => (byte)i).ToArray()), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Bounds_OfOtherTypes_AreTheirSingleValue(Scalar value, byte[] bytes)
    {
        Assert.Equal(bytes, BoundTruncation.Lower(value.Type, value, 16));
        Assert.Equal(bytes, BoundTruncation.Upper(value.Type, value, 16));
    }

    [Fact]
    public void Bounds_OfZero_HoldBothZeros()
    {
        Assert.Equal([0, 0, 0, 0x80], BoundTruncation.Lower(FloatType.Default, new Scalar(FloatType.Default, 0.0), 16));
        Assert.Equal([0, 0, 0, 0], BoundTruncation.Upper(FloatType.Default, new Scalar(FloatType.Default, -0.0), 16));
    }

    [Fact]
    public void Bounds_OfNaNOrAnotherType_AreLeftOut()
    {
        Assert.Null(BoundTruncation.Lower(DoubleType.Default, new Scalar(DoubleType.Default, double.NaN), 16));
        Assert.Null(BoundTruncation.Upper(new TimestampType(TimeUnit.Microsecond, "UTC"), new Scalar(new TimestampType(TimeUnit.Millisecond, "UTC"), 1L), 16));
        Assert.Equal(8, BoundTruncation.Lower(Int64Type.Default, new Scalar(Int32Type.Default, 1L), 16)!.Length);
    }
}
