using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class PruningTests
{
    private const string Data = "s3://lake/db/t/data";

    [Theory]
    [InlineData("id = 5", "low")]
    [InlineData("id > 10 and id < 20", "")]
    [InlineData("id >= 20 or id = 1", "low high")]
    [InlineData("not (id < 20)", "high")]
    [InlineData("name is null", "high")]
    [InlineData("name is not null", "low")]
    [InlineData("id = 5 or name = 'x'", "low")]
    public async Task Plan_ColumnBoundsAndNullCounts_RuleFilesOut(string where, string expected)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(
            new TestFile($"{Data}/low")
            {
                Rows = 10,
                LowerBounds = new Dictionary<int, byte[]> { [1] = Bound(1), [2] = "a"u8.ToArray() },
                UpperBounds = new Dictionary<int, byte[]> { [1] = Bound(10), [2] = "c"u8.ToArray() },
                NullCounts = new Dictionary<int, long> { [1] = 0, [2] = 0 },
            },
            new TestFile($"{Data}/high")
            {
                Rows = 10,
                LowerBounds = new Dictionary<int, byte[]> { [1] = Bound(20) },
                UpperBounds = new Dictionary<int, byte[]> { [1] = Bound(30) },
                NullCounts = new Dictionary<int, long> { [1] = 0, [2] = 10 },
            }));

        Assert.Equal(expected, string.Join(' ', await table.PlanNamesAsync(where)));
    }

    /// <summary>"Column Projection": a file without statistics of a column may lack it and then has the default in all rows.</summary>
    [Theory]
    [InlineData("new = 7")]
    [InlineData("new is not null")]
    [InlineData("new = 8")]
    public async Task Plan_ColumnWithDefaultIsNotInTheStatistics_RulesNothingOut(string where)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/old") { NullCounts = new Dictionary<int, long> { [1] = 0 } }));
        table.Columns.Add(JsonNode.Parse("""{"id":8,"name":"new","required":false,"type":"int","initial-default":7}"""));

        Assert.Equal(["old"], await table.PlanNamesAsync(where));
    }

    [Fact]
    public async Task Plan_BoundsMissingOrBroken_RuleNothingOut()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(
            new TestFile($"{Data}/none"),
            new TestFile($"{Data}/broken") { LowerBounds = new Dictionary<int, byte[]> { [1] = [1, 2, 3] }, NullCounts = new Dictionary<int, long> { [1] = -1 } }));

        Assert.Equal(["none", "broken"], await table.PlanNamesAsync("id = 5"));
        Assert.Equal(["none", "broken"], await table.PlanNamesAsync("id is null"));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("bucket[16]")]
    public async Task Plan_PartitionOfADateThatBecameATimestamp_LosesNoFile(string transform)
    {
        // 2024-09-09 is day 19,975; its bucket of 16 is made from the day and not from the instant.
        var table = new TestTable();
        table.Metadata["format-version"] = 3;
        table.Metadata["schemas"]!.AsArray().Add(JsonNode.Parse(
            """{"type":"struct","schema-id":1,"fields":[{"id":5,"name":"d","required":false,"type":"date"}]}"""));
        table.Columns.Add(JsonNode.Parse("""{"id":5,"name":"d","required":false,"type":"timestamp"}"""));
        int value = transform == "identity" ? 19_975 : (Bucket.Hash(Date32Type.Default, new Scalar(Date32Type.Default, 19_975L))!.Value & int.MaxValue) % 16;
        table.WithSpec(0, $$"""{"source-id":5,"field-id":1000,"name":"p","transform":"{{transform}}"}""").WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Long(value)) })
            {
                PartitionFields = ["""{"name":"p","type":["null","int"],"field-id":1000}"""],
            });

        Assert.Equal(["a"], await table.PlanNamesAsync("d = '2024-09-09 00:00:00'"));
        if (transform == "identity")
            Assert.Empty(await table.PlanNamesAsync("d < '2020-01-01 00:00:00'"));
    }

    [Fact]
    public async Task Plan_UuidBounds_RuleNothingOutBecauseTheirOrderIsNotKnown()
    {
        var table = new TestTable();
        table.Columns.Add(JsonNode.Parse("""{"id":4,"name":"u","required":false,"type":"uuid"}"""));
        table.WithSnapshot(new TestManifest(new TestFile($"{Data}/a")
        {
            LowerBounds = new Dictionary<int, byte[]> { [4] = Convert.FromHexString("80000000000000000000000000000000") },
            UpperBounds = new Dictionary<int, byte[]> { [4] = Convert.FromHexString("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF") },
        }));

        Assert.Equal(["a"], await table.PlanNamesAsync("u = '00000000-0000-0000-0000-000000000001'"));
    }

    [Theory]
    [InlineData("variant", "01", "c = 'x' and c is null")]
    [InlineData("geometry", "0000000000003E400000000000002440", "c = x'00' and c is null")]
    public async Task Plan_BoundsOfVariantsAndGeometries_RuleNothingOut(string type, string bound, string where)
    {
        var table = new TestTable();
        table.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"c","required":false,"type":"{{type}}"}"""));
        table.WithSnapshot(new TestManifest(new TestFile($"{Data}/a")
        {
            Rows = 1,
            LowerBounds = new Dictionary<int, byte[]> { [4] = Convert.FromHexString(bound) },
            UpperBounds = new Dictionary<int, byte[]> { [4] = Convert.FromHexString(bound) },
            NullCounts = new Dictionary<int, long> { [4] = 0 },
        }));

        Assert.Equal(["a"], await table.PlanNamesAsync(where));
    }

    [Theory]
    [InlineData("identity", "string", "name = 'ab'", "ab")]
    [InlineData("identity", "string", "name in ('ab', 'b')", "ab b")]
    [InlineData("identity", "string", "name is null", "null")]
    [InlineData("identity", "string", "name <> 'ab'", "a ac b")]
    [InlineData("truncate[2]", "string", "name = 'abc'", "ab")]
    [InlineData("truncate[2]", "string", "name >= 'abz'", "ab ac b")]
    [InlineData("truncate[2]", "string", "name is not null", "a ab ac b")]
    [InlineData("void", "string", "name = 'ab'", "a ab ac b null")]
    [InlineData("unheard", "string", "name = 'ab'", "a ab ac b null")]
    public async Task Plan_TextPartitions_RuleFilesOut(string transform, string type, string where, string expected)
    {
        TestTable table = new TestTable()
            .WithSpec(0, $$"""{"source-id":2,"field-id":1000,"name":"p","transform":"{{transform}}"}""")
            .WithSnapshot(new TestManifest(
                [.. new[] { "a", "ab", "ac", "b", null }.Select(value => new TestFile($"{Data}/{value ?? "null"}")
                {
                    Partition = AvroBytes.OrNull(value is null ? null : AvroBytes.Text(value)),
                })])
            {
                PartitionFields = [$$"""{"name":"p","type":["null","{{type}}"],"field-id":1000}"""],
            });

        Assert.Equal(expected, string.Join(' ', await table.PlanNamesAsync(where)));
    }

    [Theory]
    [InlineData("at >= '2017-11-17T00:00:00Z'", "17487")]
    [InlineData("at < '2017-11-16T00:00:00Z'", "")]
    [InlineData("at = '2017-11-16T23:59:59.999999Z'", "17486")]
    [InlineData("at is null", "null")]
    public async Task Plan_DayPartitions_RuleFilesOut(string where, string expected)
    {
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":3,"field-id":1000,"name":"at_day","transform":"day"}""")
            .WithSnapshot(new TestManifest(
                [.. new long?[] { 17486, 17487, null }.Select(day => new TestFile($"{Data}/{day?.ToString() ?? "null"}")
                {
                    Partition = AvroBytes.OrNull(day is { } value ? AvroBytes.Long(value) : null),
                })])
            {
                PartitionFields = ["""{"name":"at_day","type":["null",{"type":"int","logicalType":"date"}],"field-id":1000}"""],
            });

        Assert.Equal(expected, string.Join(' ', await table.PlanNamesAsync(where)));
    }

    // Appendix B: 34 hashes to 2017239379, which is 3 mod 16.
    [Theory]
    [InlineData("id = 34", "3")]
    [InlineData("id in (34)", "3")]
    [InlineData("id = 34 and name = 'x'", "3")]
    [InlineData("id = 34 or name = 'x'", "3 4 null")]
    [InlineData("not (id = 34)", "3 4")]
    [InlineData("id > 34", "3 4")]
    [InlineData("id is null", "null")]
    public async Task Plan_Buckets_RuleFilesOutForEquality(string where, string expected)
    {
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":1,"field-id":1000,"name":"b","transform":"bucket[16]"}""")
            .WithSnapshot(new TestManifest(
                [.. new long?[] { 3, 4, null }.Select(bucket => new TestFile($"{Data}/{bucket?.ToString() ?? "null"}")
                {
                    Partition = AvroBytes.OrNull(bucket is { } value ? AvroBytes.Long(value) : null),
                })])
            {
                PartitionFields = ["""{"name":"b","type":["null","int"],"field-id":1000}"""],
            });
        table.Columns[0]!["required"] = false;

        Assert.Equal(expected, string.Join(' ', await table.PlanNamesAsync(where)));
    }

    [Theory]
    [InlineData("id = 5", 1)]
    [InlineData("id = 25", 1)]
    [InlineData("id = 15", 0)]
    [InlineData("id is null", 1)]
    [InlineData("id is not null", 2)]
    public async Task Plan_ManifestSummaries_RuleManifestsOutUnread(string where, int manifestsRead)
    {
        TestTable table = new TestTable().WithSpec(0, """{"source-id":1,"field-id":1000,"name":"id","transform":"identity"}""");
        table.Columns[0]!["required"] = false;
        table.WithSnapshot(
            Manifest(TestManifest.Summary(false, null, Bound(1), Bound(10))),
            Manifest(TestManifest.Summary(false, false, Bound(20), Bound(30))),
            Manifest(TestManifest.Summary(true, false, null, null)));
        table.Store.Opened.Clear();

        await table.PlanAsync(where);

        Assert.Equal(manifestsRead, table.Store.Opened.Count(location => location.Name.StartsWith('m')));
    }

    [Theory]
    [InlineData("d > 5.0", 1)]
    [InlineData("not (d > 5.0)", 2)]
    public async Task Plan_FloatingPointSummary_KeepsWhatNaNMightMatch(string where, int manifestsRead)
    {
        // NaN fails every comparison, so it passes the negated one; bounds say nothing of it.
        TestTable table = new TestTable().WithSpec(0, """{"source-id":4,"field-id":1000,"name":"d","transform":"identity"}""");
        table.Columns.Add(JsonNode.Parse("""{"id":4,"name":"d","required":false,"type":"double"}"""));
        table.WithSnapshot(
            Manifest(TestManifest.Summary(false, true, Double(1), Double(2)), "double"),
            Manifest(TestManifest.Summary(false, true, Double(6), Double(7)), "double"));
        table.Store.Opened.Clear();

        await table.PlanAsync(where);

        Assert.Equal(manifestsRead, table.Store.Opened.Count(location => location.Name.StartsWith('m')));
    }

    private static TestManifest Manifest(byte[] summary, string type = "long") => new()
    {
        Summaries = [summary],
        PartitionFields = [$$"""{"name":"p","type":["null","{{type}}"],"field-id":1000}"""],
    };

    private static byte[] Bound(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Double(double value) => Bound(BitConverter.DoubleToInt64Bits(value));
}
