using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using Xunit;

namespace BulkMover.Cli.Tests.Arguments;

public sealed class ColumnListTests
{
    [Theory]
    [InlineData("a", new[] { "a" })]
    [InlineData("a,b", new[] { "a", "b" })]
    [InlineData(" a , b ", new[] { "a", "b" })]
    [InlineData("\"a,b\",c", new[] { "a,b", "c" })]
    [InlineData("x, \"say \"\"hi\"\"\"", new[] { "x", "say \"hi\"" })]
    public void Parse_Names_KeepsOrderAndQuotedCommas(string text, string[] names) => Assert.Equal(names, ColumnList.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData(",a")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    public void Parse_BrokenList_IsAnInputError(string text) =>
        Assert.Equal("option.columns_invalid", Assert.Throws<InvalidInputException>(() => ColumnList.Parse(text)).Code);
}
