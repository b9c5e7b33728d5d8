using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using Xunit;

namespace BulkMover.Cli.Tests.Arguments;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("512 MiB", 512L << 20)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("4096", 4096)]
    [InlineData("64m", 64L << 20)]
    public void Parse_SizeWithUnit_IsBytes(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse("--memory", text));

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("99999999999999TiB")]
    public void Parse_NoSize_IsAnInputErrorThatNamesTheOption(string text)
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ByteSize.Parse("--memory", text));
        Assert.Equal("option.size_invalid", error.Code);
        Assert.Contains("--memory", error.Message);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.00 kB")]
    [InlineData(13_493_022, "13.5 MB")]
    [InlineData(999_900_000, "1.00 GB")]
    public void Format_Bytes_HasThreeDigits(double bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
