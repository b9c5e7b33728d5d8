using BulkMover.Core.Errors;
using BulkMover.TableFormats.ParquetDirectories;
using Xunit;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*.parquet", "a.parquet", true)]
    [InlineData("*.parquet", "d/a.parquet", false)]
    [InlineData("*.parquet", "aXparquet", false)]
    [InlineData("a?.parquet", "ab.parquet", true)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("**/*.parquet", "a.parquet", true)]
    [InlineData("**/*.parquet", "d/e/a.parquet", true)]
    [InlineData("d/**/a", "d/a", true)]
    [InlineData("d/**", "d/e/f", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[!]]x", "]x", false)]
    [InlineData("[!a]", "/", false)]
    [InlineData("[[]x", "[x", true)]
    [InlineData("{one,two}.pq", "two.pq", true)]
    [InlineData("{one,two}.pq", "three.pq", false)]
    [InlineData("{a,b{c,d}}", "bd", true)]
    [InlineData("a,b}", "a,b}", true)]
    [InlineData("a.b+c(d)|e$", "a.b+c(d)|e$", true)]
    [InlineData("a\\d", "a\\d", true)]
    [InlineData("é*", "étage\n", true)]
    [InlineData("a", "a\n", false)]
    public void Matches_Pattern_IsThatOfAShell(string pattern, string path, bool expected) =>
        Assert.Equal(expected, new GlobPattern(pattern).Matches(path));

    [Theory]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("{a,b")]
    [InlineData("[z-a]")]
    public void New_PatternIsNotClosed_IsTheUsersError(string pattern) =>
        Assert.Equal("parquet.glob_invalid", Assert.Throws<InvalidInputException>(() => new GlobPattern(pattern)).Code);

    [Fact]
    public void Matches_PatternThatBacktracks_IsFast()
    {
        var pattern = new GlobPattern(string.Concat(Enumerable.Repeat("*a", 30)) + "b");

        Assert.False(pattern.Matches(new string('a', 20_000)));
    }
}
