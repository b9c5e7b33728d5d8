using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using Xunit;

namespace BulkMover.Cli.Tests.Arguments;

public sealed class PartitionTermsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData(" ", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData(" a b , c ", new[] { "a b", "c" })]
    [InlineData("country, day(time), bucket(16, id)", new[] { "country", "day(time)", "bucket(16, id)" })]
    [InlineData("\"a,b\"", new[] { "a,b" })]
    [InlineData("\"p/x =%\", c", new[] { "p/x =%", "c" })]
    [InlineData("x, \" say \"\"hi\"\" \" ", new[] { "x", " say \"hi\" " })]
    [InlineData("\"f(x\", c", new[] { "f(x", "c" })]
    [InlineData("bucket(16, \"a,b\"), day( \"t (UTC)\" )", new[] { "bucket(16, a,b)", "day( t (UTC) )" })]
    [InlineData("5\" disk", new[] { "5\" disk" })]
    public void Split_Terms_NamesAreAsThoseOfColumns(string text, string[] terms) => Assert.Equal(terms, PartitionTerms.Split(text));

    [Theory]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("day(\"a\" b)")]
    public void Split_BrokenList_IsAnInputError(string text)
    {
        var error = Assert.Throws<InvalidInputException>(() => PartitionTerms.Split(text));
        Assert.Equal("option.columns_invalid", error.Code);
        Assert.Contains("--partition-by", error.Message, StringComparison.Ordinal);
    }
}
