using System.Numerics;
using System.Text.Json;
using Apache.Arrow.Types;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Writing;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.Writing.WrittenTable;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Per-file Statistics": a bound that is written is one for every reader.</summary>
public sealed class StatisticsWritingTests : IDisposable
{
    private const string Long = "abcdefghijklmnopqrstuvwxyz012345";

    private readonly WrittenTable table = new();

    private static TimestampType Instant => new(TimeUnit.Microsecond, "UTC");

    private static TimestampType Local => new(TimeUnit.Microsecond, (string?)null);

    public static TheoryData<IArrowType, object?, string?, string?> Bounds() => new()
    {
        { Int64Type.Default, long.MinValue, "-9223372036854775808", "-9223372036854775808" },
        { DoubleType.Default, -0.0, "-0.0", null },
        { DoubleType.Default, 1.5, "1.5", null },
        { DoubleType.Default, double.NegativeInfinity, null, null },
        // As a double, 0.7 is more than the float.
        { FloatType.Default, (double)0.7f, "0.699999988079071", null },
        { new Decimal128Type(38, 2), BigInteger.Parse("-12345678901234567890123456789012345678", null), "-123456789012345678901234567890123456.78", "-123456789012345678901234567890123456.78" },
        { StringType.Default, Utf8("short"), "short", "short" },
        { StringType.Default, Utf8(Long), Long, Long },
        { StringType.Default, Utf8(Long + "x"), Long, Long + "\U0010FFFF" },
        { StringType.Default, Utf8(Long + "\U0010FFFFx"), Long, null },
        // Characters are counted, not bytes or UTF-16 units.
        { StringType.Default, Utf8(string.Concat(Enumerable.Repeat("😀", 33))), string.Concat(Enumerable.Repeat("😀", 32)), string.Concat(Enumerable.Repeat("😀", 32)) + "\U0010FFFF" },
        { StringType.Default, new byte[] { 0x61, 0xF0, 0x9F }, null, null },
        { Date32Type.Default, -1L, "1969-12-31", "1969-12-31" },
        { Date32Type.Default, 10_000_000L, null, null },
        { Instant, 1_001L, "1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.002Z" },
        { Instant, -1L, "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z" },
        { Local, 1_000L, "1970-01-01T00:00:00.001", "1970-01-01T00:00:00.001" },
        { Local, long.MaxValue, null, null },
        { BinaryType.Default, Utf8("x"), null, null },
        { BooleanType.Default, true, null, null },
        { Int64Type.Default, null, null, null },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Of_AValue_BoundsIt(IArrowType type, object? value, string? lower, string? upper)
    {
        var scalar = new Scalar(type, value);

        Assert.Equal((lower, upper), (StatisticsBound.Lower(scalar)?.Text, StatisticsBound.Upper(scalar)?.Text));
    }

    /// <summary>Readers on arrow-rs make U+10BB7 of the two escapes that U+20BB7 would take, and then find neither the partition nor the rows.</summary>
    [Fact]
    public async Task Copy_TextBeyondTheFirstPlane_StandsInTheLogAsUtf8()
    {
        await table.CopyAsync(CopyMode.Create, "t1", ["p"], Ids(1), Texts("𠮷", "𠮷野家"), Texts("p", "𠮷"));

        string log = table.Log(0);
        Assert.DoesNotContain("\\u", log, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("""\"minValues\":{\"id\":1,\"𠮷\":\"𠮷野家\"}""", log, StringComparison.Ordinal);
        Assert.Contains(""""partitionValues":{"p":"𠮷"}"""", log, StringComparison.Ordinal);
        Assert.Contains("\\\"name\\\":\\\"𠮷\\\"", log, StringComparison.Ordinal);
        Assert.Equal("""{"id":1,"𠮷":"𠮷野家","p":"𠮷"}""", await table.RowsAsync("p = '𠮷'"));
    }

    [Fact]
    public async Task Copy_File_HasTheStatisticsOfItsRows()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(3, 1), Column("f", DoubleType.Default, double.NaN, 0.0), Texts("s", null, "b"), Texts("none", null, null),
            Column("price", new Decimal128Type(5, 2), new BigInteger(-150), new BigInteger(25)));

        Assert.Equal(
            """{"numRecords":2,"minValues":{"id":1,"f":-0.0,"s":"b","price":-1.50},"maxValues":{"id":3,"s":"b","price":0.25},"nullCount":{"id":0,"f":0,"s":1,"none":2,"price":0},"tightBounds":true}""",
            StatisticsOf(0));
        Assert.Equal((1, 0, 1), (await table.FilesAsync("id = 2"), await table.FilesAsync("id > 3"), await table.FilesAsync("f > 100")));
    }

    [Fact]
    public async Task Copy_PartitionColumn_IsNotInStatistics()
    {
        await table.CopyAsync(CopyMode.Create, "t1", ["p"], Texts("p", "a"), Ids(1));

        Assert.Equal("""{"numRecords":1,"minValues":{"id":1},"maxValues":{"id":1},"nullCount":{"id":0},"tightBounds":true}""", StatisticsOf(0));
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData("2", 2)]
    [InlineData("-1", 40)]
    public async Task Copy_ManyColumns_HasThoseOfTheFirst(string? count, int expected)
    {
        var configuration = new Dictionary<string, string>();
        if (count is not null)
            configuration.Add("delta.dataSkippingNumIndexedCols", count);
        (string, string)[] columns = [.. Enumerable.Range(0, 40).Select(i => ($"c{i}", "long"))];
        table.Commit(0, DeltaFolder.Protocol, DeltaFolder.Metadata(DeltaFolder.Schema(columns), configuration: configuration));

        await table.CopyAsync(CopyMode.Append, "t1", [.. columns.Select(column => Column(column.Item1, Int64Type.Default, 1L))]);

        using JsonDocument statistics = JsonDocument.Parse(StatisticsOf(1));
        Assert.Equal(expected, statistics.RootElement.GetProperty("nullCount").EnumerateObject().Count());
    }

    [Fact]
    public void Of_NestedColumns_TellsOfThoseOutsideOfListsAndMaps()
    {
        var fields = new[]
        {
            new Apache.Arrow.Field("list", new ListType(new Apache.Arrow.Field("element", Int64Type.Default, true)), true),
            new Apache.Arrow.Field("map", new MapType(new Apache.Arrow.Field("key", StringType.Default, false), new Apache.Arrow.Field("value", Int64Type.Default, true)), true),
            new Apache.Arrow.Field("point", new StructType([new Apache.Arrow.Field("x", Int64Type.Default, true), new Apache.Arrow.Field("y", Int64Type.Default, true)]), true),
            new Apache.Arrow.Field("id", Int64Type.Default, true),
        };

        IReadOnlyList<StatisticsColumn> columns = StatisticsColumn.Of(fields, null);

        Assert.Equal(["point", "id"], columns.Select(column => column.Name.ToString()));
        Assert.Equal(["point\0x", "point\0y"], columns[0].Members.Select(member => member.Key));
        Assert.Equal("id", columns[1].Key);
    }

    public void Dispose() => table.Dispose();

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private string StatisticsOf(long version)
    {
        using JsonDocument add = JsonDocument.Parse(table.Log(version).Split('\n').Single(line => line.StartsWith("{\"add\"", StringComparison.Ordinal)));
        return add.RootElement.GetProperty("add").GetProperty("stats").GetString()!;
    }
}
