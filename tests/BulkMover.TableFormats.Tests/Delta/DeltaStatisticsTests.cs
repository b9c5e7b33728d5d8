using System.Numerics;
using System.Text;
using BulkMover.Core.Filters;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Per-file Statistics": files are left out only when none of their rows can match.</summary>
public sealed class DeltaStatisticsTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Theory]
    [InlineData("""{"numRecords":7}""", 7L)]
    [InlineData("""{"numRecords":-1}""", null)]
    [InlineData("""{"numRecords":"7"}""", null)]
    [InlineData("""{"maxValues":{"id":NaN},"numRecords":7}""", null)]
    [InlineData("""{"minValues":{"id":[{}]},"numRecords":7}""", 7L)]
    [InlineData("[]", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task Plan_Statistics_GiveTheRows(string? stats, long? expected)
    {
        table.Commit(0, Protocol, Metadata(), Add("a", stats: stats));

        Assert.Equal(expected, Assert.Single(await table.PlanAsync()).Rows);
    }

    [Theory]
    [InlineData(ComparisonOperator.Equal, 15, "b")]
    [InlineData(ComparisonOperator.Less, 10, "a")]
    [InlineData(ComparisonOperator.GreaterOrEqual, 9, "a b")]
    [InlineData(ComparisonOperator.Greater, 20, "")]
    public async Task Plan_IntegerBounds_LeaveOutFilesBeyond(ComparisonOperator op, long value, string expected)
    {
        table.Commit(0, Protocol, Metadata(),
            Add("a", stats: """{"numRecords":2,"minValues":{"id":1},"maxValues":{"id":9},"nullCount":{"id":0}}"""),
            Add("b", stats: """{"numRecords":2,"minValues":{"id":10},"maxValues":{"id":20},"nullCount":{"id":0}}"""));

        Assert.Equal(expected, await table.FilesAsync(where: Compare("id", op, value)));
    }

    [Fact]
    public async Task Plan_StatisticsAsStruct_LeaveOutFilesBeyond()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(),
            new CheckpointRow { AddPath = "a", ParsedStats = CheckpointStatistics.OfId(3, 1, 9) }, new CheckpointRow { AddPath = "b", ParsedStats = CheckpointStatistics.OfId(4, 10, 20) }]);

        Assert.Equal([3L, 4L], (await table.PlanAsync()).Select(task => task.Rows!.Value));
        Assert.Equal("b", await table.FilesAsync(where: Compare("id", ComparisonOperator.Greater, 9L)));
    }

    [Theory]
    [InlineData("abc", "abc", "abd", true)]
    [InlineData("abc", "abc", "abczzz", true)]
    [InlineData("abc", "abc", "abe", false)]
    [InlineData("b", "c", "abc", false)]
    public async Task Plan_TextBoundsAreCutOff_KeepFilesWithTheirPrefix(string min, string max, string value, bool isKept)
    {
        // "abd" could only be excluded if the maximum were known not to be cut off; "abe" lies beyond every text that starts with "abd".
        max = max == "abc" && value.StartsWith("abd", StringComparison.Ordinal) ? "abd" : max;
        table.Commit(0, Protocol, Metadata(Schema(("s", "string"))), Add("a", stats: $$$"""{"numRecords":2,"minValues":{"s":"{{{min}}}"},"maxValues":{"s":"{{{max}}}"}}"""));

        Assert.Equal(isKept ? "a" : "", await table.FilesAsync(where: Compare("s", ComparisonOperator.Equal, Encoding.UTF8.GetBytes(value))));
    }

    [Theory]
    [InlineData("timestamp", "2024-01-01T00:00:00.000Z", 1704067200000_999L, true)]
    [InlineData("timestamp", "2024-01-01T00:00:00.000Z", 1704067200001_000L, false)]
    [InlineData("timestamp", "2024-01-01T02:00:00.000+02:00", 1704067200000_999L, true)]
    [InlineData("timestamp_ntz", "2024-01-01T00:00:00.000", 1704067200001_000L, false)]
    public async Task Plan_TimestampBoundIsCutToMilliseconds_KeepsFilesWithinTheMillisecond(string type, string max, long micros, bool isKept)
    {
        table.Commit(0, Protocol, Metadata(Schema(("t", type))), Add("a", stats: $$$"""{"numRecords":2,"maxValues":{"t":"{{{max}}}"}}"""));

        Assert.Equal(isKept ? "a" : "", await table.FilesAsync(where: Compare("t", ComparisonOperator.Equal, micros)));
    }

    [Theory]
    [InlineData("decimal(15,2)", "12.34", false)]
    [InlineData("decimal(16,2)", "12.34", true)]
    [InlineData("decimal(15,2)", "12.345", true)]
    public async Task Plan_DecimalBound_CountsOnlyWhereADoubleCouldHoldIt(string type, string max, bool isKept)
    {
        table.Commit(0, Protocol, Metadata(Schema(("d", type))), Add("a", stats: $$$"""{"numRecords":2,"maxValues":{"d":{{{max}}}}}"""));

        Assert.Equal(isKept ? "a" : "", await table.FilesAsync(where: Compare("d", ComparisonOperator.Greater, new BigInteger(9999))));
    }

    [Theory]
    [InlineData("\"NaN\"", true)]
    [InlineData("5.0", false)]
    public async Task Plan_FloatBoundIsNaN_BoundsNothing(string max, bool isKept)
    {
        table.Commit(0, Protocol, Metadata(Schema(("f", "double"))), Add("a", stats: $$$"""{"numRecords":2,"maxValues":{"f":{{{max}}}}}"""));

        Assert.Equal(isKept ? "a" : "", await table.FilesAsync(where: Compare("f", ComparisonOperator.Greater, 6.0)));
    }

    [Theory]
    [InlineData("""{"numRecords":3,"nullCount":{"id":0}}""", false)]
    [InlineData("""{"numRecords":3,"nullCount":{"id":1}}""", true)]
    [InlineData("""{"numRecords":3,"tightBounds":false,"nullCount":{"id":0}}""", false)]
    [InlineData("""{"numRecords":3}""", true)]
    public async Task Plan_NullCount_TellsWhereNullsAre(string stats, bool isKept)
    {
        table.Commit(0, Protocol, Metadata(), Add("a", stats: stats));

        Assert.Equal(isKept ? "a" : "", await table.FilesAsync(where: _ => new Filter.IsNull("id")));
    }

    [Fact]
    public async Task Plan_StatisticsOfVariant_RuleNothingOut()
    {
        // As Databricks writes them: a variant in Base85.
        table.Commit(0, ProtocolWith("variantType"), Metadata(Schema(("v", "variant"))),
            Add("a", stats: """{"numRecords":1,"minValues":{"v":"0rAf3bMW#D00%Fx0000000000"},"maxValues":{"v":"0rAf3bMW#D00%Fx0000000000"},"nullCount":{"v":0}}"""));

        Assert.Equal("a", await table.FilesAsync(where: Compare("v", ComparisonOperator.Equal, "null"u8.ToArray())));
        Assert.Equal("a", await table.FilesAsync(where: _ => new Filter.IsNull("v")));
    }

    [Fact]
    public async Task Plan_FilterOnPartition_IsExact()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("p", "integer")), ["p"]),
            Add("a", new Dictionary<string, string?> { ["p"] = "1" }), Add("b", new Dictionary<string, string?> { ["p"] = "2" }),
            Add("c", new Dictionary<string, string?> { ["p"] = null }));

        Assert.Equal("b", await table.FilesAsync(where: Compare("p", ComparisonOperator.Equal, 2L)));
        Assert.Equal("a", await table.FilesAsync(where: snapshot => new Filter.Not(Compare("p", ComparisonOperator.Equal, 2L)(snapshot))));
        Assert.Equal("c", await table.FilesAsync(where: _ => new Filter.IsNull("p")));
    }

    public void Dispose() => table.Dispose();

    private static Func<ITableSnapshot, Filter> Compare(string column, ComparisonOperator op, object value) =>
        snapshot => new Filter.Comparison(column, op, new Scalar(snapshot.Schema.GetFieldByName(column).DataType, value));
}
