using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.Core.Tests.Filters;

/// <summary>That no row is lost is a property test; here is what must be ruled out, or pruning would be of no use.</summary>
public sealed class FilterPruningTests
{
    private static readonly Schema Table = new(
        [new Field("i", Int32Type.Default, true), new Field("s", StringType.Default, true), new Field("d", DoubleType.Default, true)], null);

    [Theory]
    [InlineData("i < 10", false)]
    [InlineData("i < 11", true)]
    [InlineData("i = 21", false)]
    [InlineData("i = 15", true)]
    [InlineData("i > 20", false)]
    [InlineData("i >= 20", true)]
    [InlineData("not (i >= 10)", false)]
    [InlineData("not (i between 10 and 20)", false)]
    [InlineData("i not between 11 and 20", true)]
    [InlineData("i in (1, 2, 30)", false)]
    [InlineData("i in (1, 12)", true)]
    [InlineData("i is null", false)]
    [InlineData("not i is not null", false)]
    [InlineData("i = 15 and s = 'a'", false)]
    [InlineData("i = 15 or s = 'a'", true)]
    [InlineData("not (i < 10 or s = 'ka')", true)]
    [InlineData("i = 3000000000", false)]
    [InlineData("i > 3000000000", false)]
    [InlineData("s starts with 'k'", true)]
    [InlineData("s starts with 'l'", false)]
    [InlineData("s starts with 'ja'", false)]
    [InlineData("not s starts with 'k'", false)]
    [InlineData("not s starts with 'ka'", true)]
    [InlineData("d < 1.0", false)]
    [InlineData("not d >= 1.0", true)]
    [InlineData("d <> 1.0", true)]
    public void MightMatch_KnownBounds_RulesOutWhatCannotBe(string where, bool expected) => Assert.Equal(expected,
        FilterPruning.MightMatch(FilterParser.Parse(where, Table), column => column switch
        {
            "i" => new ColumnStatistics(new Scalar(Int32Type.Default, 10L), new Scalar(Int32Type.Default, 20L), 0, 100),
            "s" => new ColumnStatistics(new Scalar(StringType.Default, "ka"u8.ToArray()), new Scalar(StringType.Default, "kz"u8.ToArray()), 1, 100),
            // Bounds of floats do not show NaN, which fails >= and passes <>.
            _ => new ColumnStatistics(new Scalar(DoubleType.Default, 1.0), new Scalar(DoubleType.Default, 1.0), 0, 100),
        }));

    [Theory]
    [InlineData("i = 1", false)]
    [InlineData("not i = 1", false)]
    [InlineData("i is null", true)]
    [InlineData("i is not null", false)]
    public void MightMatch_AllNull_KeepsOnlyIsNull(string where, bool expected) => Assert.Equal(expected,
        FilterPruning.MightMatch(FilterParser.Parse(where, Table), _ => ColumnStatistics.OfConstant(new Scalar(Int32Type.Default, null), null)));

    [Fact]
    public void MightMatch_BoundsOfAnotherType_RuleNothingOut() => Assert.True(FilterPruning.MightMatch(FilterParser.Parse("i = 1", Table),
        _ => new ColumnStatistics(new Scalar(StringType.Default, "5"u8.ToArray()), new Scalar(StringType.Default, "9"u8.ToArray()), 0, 9)));
}
