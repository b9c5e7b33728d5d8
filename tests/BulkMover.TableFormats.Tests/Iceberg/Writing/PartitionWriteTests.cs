using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.Writing.WriteTable;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>Partition specs and tuples, read back by this project's reader, which prunes by them.</summary>
public class PartitionWriteTests
{
    /// <summary>Term, the column's type, the tuple's value in two files, a filter that only the first may match.</summary>
    public static TheoryData<string, IArrowType, object, object, string> Tuples => new()
    {
        { "c", StringType.Default, "DE"u8.ToArray(), "FR"u8.ToArray(), "c = 'DE'" },
        { "c", BooleanType.Default, true, false, "c = true" },
        { "c", Int32Type.Default, -5L, 7L, "c = -5" },
        { "c", Int64Type.Default, 5_000_000_000L, 7L, "c = 5000000000" },
        { "c", FloatType.Default, 1.5, 2.5, "c = 1.5" },
        { "c", DoubleType.Default, 1.5, 2.5, "c < 2" },
        { "c", new Decimal128Type(9, 2), new BigInteger(-150), new BigInteger(70), "c = -1.50" },
        { "c", new Decimal128Type(38, 0), BigInteger.Pow(10, 37), new BigInteger(70), "c > 100" },
        { "c", Date32Type.Default, 19_000L, 1L, "c = '2022-01-08'" },
        { "c", new TimestampType(TimeUnit.Microsecond, "UTC"), 1_000_000L, 0L, "c = '1970-01-01T00:00:01Z'" },
        { "c", Time64Type.Microsecond, 3_600_000_000L, 0L, "c = '01:00:00'" },
        { "c", BinaryType.Default, new byte[] { 1, 2 }, new byte[] { 3 }, "" },
        { "c", new FixedSizeBinaryType(3), new byte[] { 1, 2, 3 }, new byte[] { 4, 5, 6 }, "" },
        { "bucket(16, c)", Int64Type.Default, 3L, 4L, "c = 34" },
        { "truncate(2, c)", StringType.Default, "ic"u8.ToArray(), "sp"u8.ToArray(), "c = 'iceberg'" },
        { "truncate(10, c)", Int32Type.Default, -10L, 0L, "c = -1" },
        { "truncate(50, c)", new Decimal128Type(9, 2), new BigInteger(1050), new BigInteger(0), "c = 10.65" },
        { "year(c)", Date32Type.Default, 52L, 40L, "c = '2022-01-08'" },
        { "month(c)", new TimestampType(TimeUnit.Microsecond, "UTC"), 624L, 40L, "c = '2022-01-08T00:00:00Z'" },
        { "day(c)", new TimestampType(TimeUnit.Microsecond, (string?)null), 19_000L, 40L, "c = '2022-01-08T10:00:00'" },
        { "hour(c)", new TimestampType(TimeUnit.Microsecond, "UTC"), 456_000L, 40L, "c = '2022-01-08T00:00:00Z'" },
    };

    [Theory]
    [MemberData(nameof(Tuples))]
    public async Task Commit_TupleOfEveryTransformAndType_IsReadBack(string term, IArrowType type, object first, object second, string where)
    {
        var table = new WriteTable { Options = new() { PartitionBy = [term] }, Schema = new Schema([new Field("c", type, true)], null) };
        PartitionColumn partition = Assert.Single((await table.PlanAsync()).Partitions);
        WrittenFile Of(string name, object? value) => new($"data/{name}.parquet", 10, 1, [new Scalar(partition.Type, value)], [], [4]);

        await table.CommitAsync(CopyMode.Create, "one", Of("a", first), Of("b", second), Of("n", null));

        Assert.Equal(["a", "b", "n"], await table.FilesAsync());
        if (where.Length > 0)
            Assert.Equal(["a"], await table.FilesAsync(where));
        Assert.Equal([term], (await table.ReadAsync()).PartitionTerms);
    }

    [Fact]
    public async Task Commit_SeveralFields_HaveTheNamesAndIdsOfTheReferenceImplementation()
    {
        var table = new WriteTable { Options = new() { PartitionBy = ["day(at)", "bucket(16, id)", "truncate(8, name)", "name"] } };

        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10, Int(5), Int(3), Text("abc"), Text(null)));

        Assert.Equal(
            """
            [{"source-id":3,"field-id":1000,"name":"at_day","transform":"day"},{"source-id":1,"field-id":1001,"name":"id_bucket","transform":"bucket[16]"},
            {"source-id":2,"field-id":1002,"name":"name_trunc","transform":"truncate[8]"},{"source-id":2,"field-id":1003,"name":"name","transform":"identity"}]
            """.ReplaceLineEndings(""),
            table.Document()["partition-specs"]![0]!["fields"]!.ToJsonString());
        Assert.Equal(1003, (int)table.Document()["last-partition-id"]!);
        Assert.Equal([2, 0, 1, 1], (await table.PlanAsync()).Partitions.Select(partition => partition.Source));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("day(name)")]
    [InlineData("bucket(id)")]
    [InlineData("bucket(0, id)")]
    [InlineData("zorder(id)")]
    [InlineData("truncate(8, at)")]
    [InlineData("hour(id)")]
    public async Task Plan_TermIsWrong_IsRefused(string term)
    {
        var table = new WriteTable { Options = new() { PartitionBy = [term] } };

        Assert.Equal("iceberg.partition_term", (await Assert.ThrowsAsync<InvalidInputException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_SourceIsPartitioned_KeepsWhatItCan()
    {
        var table = new WriteTable { SourcePartitions = ["day(at)", "country"] };

        TableWrite write = await table.PlanAsync();

        Assert.Equal(["at_day"], write.Partitions.Select(partition => partition.Name));
        Assert.Contains("country", Assert.Single(write.Notes), StringComparison.Ordinal);
    }

    /// <summary>The reference implementation takes no partition field that is called as another column, and only the identity of a column that is called as this.</summary>
    [Theory]
    [InlineData("name", "date", "date")]
    [InlineData("name", "name", "name")]
    [InlineData("name", "id", "name")]
    [InlineData("bucket(4, id)", "shard", "shard")]
    [InlineData("bucket(4, id)", "id", "id_bucket")]
    public async Task Plan_SourceHasANameForAPartition_IsKeptWhereNoColumnHasIt(string term, string name, string expected)
    {
        var table = new WriteTable { SourcePartitions = [term], SourceNames = new Dictionary<string, string> { [term] = name } };

        Assert.Equal([expected], (await table.PlanAsync()).Partitions.Select(partition => partition.Name));
    }

    [Fact]
    public async Task Plan_PartitionsAreAskedFor_NamesAreOurs()
    {
        var table = new WriteTable
        {
            Options = new() { PartitionBy = ["name"] }, SourcePartitions = ["name"], SourceNames = new Dictionary<string, string> { ["name"] = "date" },
        };

        Assert.Equal(["name"], (await table.PlanAsync()).Partitions.Select(partition => partition.Name));
    }

    [Fact]
    public async Task Read_TableIsPartitioned_NamesStandByTheirTerms()
    {
        TestTable table = new TestTable().WithSpec(
            1, """{"source-id":2,"field-id":1000,"name":"date","transform":"identity"}""", """{"source-id":1,"field-id":1001,"name":"gone","transform":"void"}""",
            """{"source-id":1,"field-id":1002,"name":"shard","transform":"bucket[4]"}""");

        Assert.Equal(new Dictionary<string, string> { ["name"] = "date", ["bucket(4, id)"] = "shard" }, (await table.OpenSnapshotAsync()).PartitionNames);
    }

    [Fact]
    public async Task Plan_TableIsPartitionedOtherwise_IsRefused()
    {
        TestTable before = new TestTable().WithSpec(1, """{"source-id":3,"field-id":1000,"name":"at_day","transform":"day"}""");

        Assert.Equal(["at_day"], (await new WriteTable(before).PlanAsync()).Partitions.Select(partition => partition.Name));
        Assert.Single((await new WriteTable(before) { Options = new() { PartitionBy = ["day(at)"] } }.PlanAsync()).Partitions);
        var error = await Assert.ThrowsAsync<TargetException>(() => new WriteTable(before) { Options = new() { PartitionBy = ["name"] } }.PlanAsync());
        Assert.Equal("iceberg.partitions_differ", error.Code);
    }

    [Fact]
    public async Task Commit_VoidFieldAndColumnThatTheRowsLack_AreNull()
    {
        TestTable before = new TestTable().WithSpec(
            1,
            """{"source-id":1,"field-id":1000,"name":"id","transform":"void"}""", """{"source-id":2,"field-id":1001,"name":"name","transform":"identity"}""",
            """{"source-id":3,"field-id":1002,"name":"at_day","transform":"day"}""");
        var table = new WriteTable(before) { Schema = new Schema([Columns.FieldsList[0], Columns.FieldsList[2]], null) };
        Assert.Equal(["at_day"], (await table.PlanAsync()).Partitions.Select(partition => partition.Name));

        await table.CommitAsync(CopyMode.Append, "one", File("a", 1, 10, Int(0)));

        Assert.Equal(["a"], await table.FilesAsync());
        Assert.Empty(await table.FilesAsync("name = 'x'"));
        Assert.Empty(await table.FilesAsync("at > '2000-01-01T00:00:00Z'"));
    }

    [Fact]
    public async Task Commit_PartitionedTableIsReplaced_DeletedEntriesKeepTheirTuples()
    {
        var table = new WriteTable { Options = new() { PartitionBy = ["name"] } };
        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10, Text("x")), File("b", 1, 10, Text("y")));

        await table.CommitAsync(CopyMode.Replace, "two", File("c", 1, 10, Text("z")));

        Assert.Equal(["c"], await table.FilesAsync());
        Assert.Equal(["c"], await table.FilesAsync("name = 'z'"));
        Assert.Empty(await table.FilesAsync("name = 'x'"));
    }

    [Fact]
    public async Task Commit_NamesThatAvroDoesNotKnow_AreWritten()
    {
        var table = new WriteTable { Options = new() { PartitionBy = ["a b-c", "9"] }, Schema = new Schema([new Field("a b-c", StringType.Default, true), new Field("9", Int32Type.Default, true)], null) };

        await table.CommitAsync(CopyMode.Create, "one", new WrittenFile("data/a.parquet", 1, 1, [Text("x"), Int(1)], [], []));

        Assert.Equal(["a"], await table.FilesAsync("9 = 1".Replace("9", "\"9\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("none", false, false)]
    [InlineData("counts", false, false)]
    [InlineData("truncate(4)", true, false)]
    [InlineData("full", true, true)]
    public async Task Commit_MetricsMode_SaysHowMuchIsKept(string mode, bool hasBounds, bool isExact)
    {
        TestTable before = new();
        before.Metadata["properties"]!["write.metadata.metrics.column.name"] = mode;
        var table = new WriteTable(before);
        WrittenFile file = File("a") with { Columns = [new LeafMetrics(["name"], 2, 10, 10, 0, Text("aaaaaa"), Text("mmmmmm"))] };

        await table.CommitAsync(CopyMode.Append, "one", file);

        Assert.Equal(!hasBounds, (await table.FilesAsync("name = 'zzz'")).Any());
        Assert.Equal(!hasBounds || !isExact, (await table.FilesAsync("name = 'mmmmmz'")).Any());
    }
}
