using System.Numerics;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Reader Requirements for Type Widening".</summary>
public sealed class DeltaTypeWideningTests : IDisposable
{
    private readonly DeltaFolder table = new();

    /// <summary>"Readers must allow reading data files written before the table underwent any supported type change."</summary>
    [Theory]
    [InlineData("byte", "short")]
    [InlineData("byte", "long")]
    [InlineData("short", "integer")]
    [InlineData("integer", "long")]
    [InlineData("float", "double")]
    [InlineData("byte", "double")]
    [InlineData("short", "double")]
    [InlineData("integer", "double")]
    [InlineData("date", "timestamp_ntz")]
    [InlineData("decimal(6,2)", "decimal(10, 4)")]
    [InlineData("decimal(10,2)", "decimal(20,2)")]
    [InlineData("byte", "decimal(10,0)")]
    [InlineData("integer", "decimal(11,1)")]
    [InlineData("long", "decimal(20,0)")]
    [InlineData("long", "decimal(38,18)")]
    public async Task Plan_ChangeIsSupported_IsRead(string from, string to)
    {
        table.Commit(0, ProtocolWith("timestampNtz", "typeWidening"), Metadata(Changed(to, Change(from, to))), Add("old"));

        Assert.All((await table.SnapshotAsync()).Features, feature => Assert.Equal(FeatureState.Read, feature.State));
        Assert.Equal("old", await table.FilesAsync());
    }

    /// <summary>"Readers must … fail when finding any unsupported type change."</summary>
    [Theory]
    [InlineData("long", "integer")]
    [InlineData("long", "double")]
    [InlineData("integer", "float")]
    [InlineData("date", "timestamp")]
    [InlineData("integer", "string")]
    [InlineData("decimal(10,2)", "decimal(10,3)")]
    [InlineData("decimal(10,2)", "decimal(12,1)")]
    [InlineData("integer", "decimal(10,1)")]
    [InlineData("long", "decimal(19,0)")]
    [InlineData("long", "integer of tomorrow")]
    public async Task Plan_ChangeIsNotSupported_IsRefusedByName(string from, string to)
    {
        foreach (string feature in new[] { "typeWidening", "typeWidening-preview" })
        {
            table.Commit(0, ProtocolWith(feature), Metadata(Changed("long", Change("byte", "short"), Change(from, to))), Add("old"));

            UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
            Assert.Contains(feature, error.Message, StringComparison.Ordinal);
            Assert.Contains("'c'", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"fromType":"byte"}""")]
    [InlineData("""{"toType":"byte"}""")]
    [InlineData("""{"fromType":{"type":"array"},"toType":"long"}""")]
    [InlineData("7")]
    public async Task Plan_ChangeCannotBeRead_IsRefused(string change)
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Changed("long", change)));

        await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());
    }

    [Fact]
    public async Task Plan_UnsupportedChangeInsideOfAStruct_IsRefusedByItsPath()
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Schema(("s", Changed("long", Change("string", "long"))))));

        Assert.Contains("'s.c'", (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync())).Message, StringComparison.Ordinal);
    }

    /// <summary>The values are those of the narrower type, in the wider one.</summary>
    [Theory]
    [InlineData("short", "-128", -128L)]
    [InlineData("long", "1", 1L)]
    [InlineData("double", "7", 7.0)]
    [InlineData("timestamp_ntz", "2024-09-09", 1725840000000000L)]
    public async Task Plan_PartitionValueIsOlderThanTheChange_IsWidened(string type, string text, object expected)
    {
        table.Commit(0, ProtocolWith("typeWidening", "timestampNtz"), Metadata(Schema(("id", "long"), ("p", type)), ["p"]),
            Add("old", new Dictionary<string, string?> { ["p"] = text }));

        Assert.Equal(expected, Assert.Single(await table.PlanAsync()).Constants["p"].Value);
    }

    [Theory]
    [InlineData("decimal(12,2)", "7", 700)]
    [InlineData("decimal(12,4)", "-1.25", -12500)]
    public async Task Plan_PartitionValueOfADecimalIsOlderThanTheChange_IsWidened(string type, string text, int unscaled)
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Schema(("id", "long"), ("p", type)), ["p"]),
            Add("old", new Dictionary<string, string?> { ["p"] = text }));

        Assert.Equal(new BigInteger(unscaled), Assert.Single(await table.PlanAsync()).Constants["p"].Value);
    }

    /// <summary>
    /// Floats by IEEE 754: the one written 0.1 is 0.100000001490116…, the one written 0.7 is 0.699999988079071…, the largest, written
    /// 3.4028235E38, is 3.40282346638528…E38.
    /// </summary>
    [Theory]
    [InlineData("0.1", ComparisonOperator.Greater, 0.1, true)]
    [InlineData("0.1", ComparisonOperator.Equal, 0.10000000149011612, true)]
    [InlineData("0.7", ComparisonOperator.Less, 0.7, true)]
    [InlineData("0.7", ComparisonOperator.Equal, 0.699999988079071, true)]
    [InlineData("3.4028235E38", ComparisonOperator.Less, 3.4028235E38, true)]
    [InlineData("-0.1", ComparisonOperator.Less, -0.1, true)]
    [InlineData("0.1", ComparisonOperator.Greater, 0.11, false)]
    [InlineData("0.7", ComparisonOperator.Less, 0.69, false)]
    [InlineData("1E300", ComparisonOperator.Less, 1.0, false)]
    [InlineData("1E300", ComparisonOperator.Equal, 1E300, true)]
    [InlineData("-1E300", ComparisonOperator.Equal, -1E300, true)]
    public async Task Plan_BoundsAreTheTextOfAFloat_KeepTheFileOfThatFloat(string bound, ComparisonOperator op, double literal, bool isKept)
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Changed("double", Change("float", "double"))), Add("old", stats: Bounds(bound, bound)));

        Assert.Equal(isKept ? "old" : "", await table.FilesAsync(where: Compare(op, literal)));
    }

    [Theory]
    [InlineData("long", "127", 127L, 128L)]
    [InlineData("double", "7", 7.0, 8.0)]
    [InlineData("timestamp_ntz", "\"2024-09-09\"", 1725840000000000L, 1725926400000000L)]
    public async Task Plan_BoundsAreOfTheNarrowerType_HoldTheSameValue(string type, string bound, object inside, object outside)
    {
        table.Commit(0, ProtocolWith("typeWidening", "timestampNtz"), Metadata(Schema(("c", type))), Add("old", stats: Bounds(bound, bound)));

        Assert.Equal("old", await table.FilesAsync(where: Compare(ComparisonOperator.Equal, inside)));
        Assert.Equal("", await table.FilesAsync(where: Compare(ComparisonOperator.Equal, outside)));
    }

    [Fact]
    public async Task Plan_BoundsAreOfADecimalOfSmallerScale_HoldTheSameValue()
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Schema(("c", "decimal(10,4)"))), Add("old", stats: Bounds("1.25", "1.25")));

        Assert.Equal("old", await table.FilesAsync(where: Compare(ComparisonOperator.Equal, new BigInteger(12500))));
        Assert.Equal("", await table.FilesAsync(where: Compare(ComparisonOperator.Equal, new BigInteger(125))));
    }

    [Fact]
    public async Task Plan_StatisticsAsStructAreOfTheNarrowerOrAnotherType_BoundNothing()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(), new CheckpointRow { AddPath = "old", ParsedStats = CheckpointStatistics.OfId(3, 1, 9) }]);
        table.Commit(2, ProtocolWith("typeWidening"), Metadata(Schema(("id", "decimal(20,0)"))));

        Assert.Equal("old", await table.FilesAsync(where: snapshot =>
            new Filter.Comparison("id", ComparisonOperator.Greater, new Scalar(snapshot.Schema.GetFieldByName("id").DataType, new BigInteger(100)))));
    }

    public void Dispose() => table.Dispose();

    private static string Change(string from, string to) => $$"""{"fromType":"{{from}}","toType":"{{to}}"}""";

    private static string Changed(string type, params string[] changes) =>
        "{\"type\":\"struct\",\"fields\":[{\"name\":\"c\",\"type\":\"" + type + "\",\"nullable\":true,\"metadata\":{\"delta.typeChanges\":["
        + string.Join(',', changes) + "]}}]}";

    private static string Bounds(string min, string max) =>
        "{\"numRecords\":2,\"minValues\":{\"c\":" + min + "},\"maxValues\":{\"c\":" + max + "}}";

    private static Func<ITableSnapshot, Filter> Compare(ComparisonOperator op, object value) => snapshot =>
        new Filter.Comparison("c", op, new Scalar(snapshot.Schema.GetFieldByName("c").DataType, value));
}
