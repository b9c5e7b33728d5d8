using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta.Writing;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;
using static BulkMover.TableFormats.Tests.Delta.Writing.WrittenTable;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Actions", "Requirements for Writers": copies into Delta tables, as our reader finds them.</summary>
public sealed class DeltaWritingTests : IDisposable
{
    private readonly WrittenTable table = new();

    [Fact]
    public async Task Create_NoTable_MakesItWithTheRows()
    {
        long rows = await table.CopyAsync(CopyMode.Create, "t1", Ids(1, 2), Texts("s", "ä/%=", null));

        Assert.Equal(2, rows);
        Assert.Equal("""{"id":1,"s":"ä/%="} {"id":2,"s":null}""", await table.RowsAsync());
        Assert.Contains("""{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""", table.Log(0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_TypesThatDeltaLacks_ArriveInTypesThatHoldTheirValues()
    {
        await table.CopyAsync(CopyMode.Create, "t1",
            Column("u8", UInt8Type.Default, 255L), Column("u16", UInt16Type.Default, 65535L), Column("u32", UInt32Type.Default, 4294967295L),
            Column("u64", UInt64Type.Default, ulong.MaxValue), Column("half", HalfFloatType.Default, 0.5), Column("fixed", new FixedSizeBinaryType(2), "ab"u8.ToArray()),
            Column("wide", new Decimal256Type(20, 1), new BigInteger(15)), Column("at", new TimestampType(TimeUnit.Nanosecond, "Europe/Berlin"), 1_000L),
            Column("local", new TimestampType(TimeUnit.Millisecond, (string?)null), 1L));

        Assert.Equal(
            "u8 short, u16 integer, u32 long, u64 decimal(20,0), half float, fixed binary, wide decimal(20,1), at timestamp, local timestamp_ntz",
            string.Join(", ", (await table.SnapshotAsync()).Schema.FieldsList.Select(field => $"{field.Name} {SchemaText.NameOf(field.DataType)}")));
        Assert.StartsWith("""{"u8":255,"u16":65535,"u32":4294967295,"u64":"18446744073709551615","half":0.5""", await table.RowsAsync(), StringComparison.Ordinal);
        Assert.Contains(
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],"writerFeatures":["appendOnly","invariants","timestampNtz"]}}""",
            table.Log(0), StringComparison.Ordinal);
    }

    [Fact]
    public Task Plan_EmptyName_IsRefused() => AssertRefusedAsync("delta.column_name", Texts("", "x"));

    [Fact]
    public Task Plan_NamesDifferInCaseOnly_IsRefused() => AssertRefusedAsync("delta.column_name", Texts("a", "x"), Texts("A", "x"));

    [Fact]
    public Task Plan_Time_IsRefused() => AssertRefusedAsync("delta.type_unsupported", Column("t", new Time64Type(TimeUnit.Microsecond), 1L));

    [Fact]
    public async Task Create_Partitions_AreInTheLogAndPrune()
    {
        await table.CopyAsync(CopyMode.Create, "t1", ["p", "day", "at"], Ids(1, 2, 3), Texts("p", "a/b =%", null, "a/b =%"), Column("day", Date32Type.Default, 0L, 1L, 0L),
            Column("at", new TimestampType(TimeUnit.Microsecond, "UTC"), 1L, 2L, 1L));

        Assert.Equal(2, await table.FilesAsync());
        Assert.Equal(1, await table.FilesAsync("p = 'a/b =%'"));
        Assert.Equal(
            """
            {"id":1,"p":"a/b =%","day":"1970-01-01","at":"1970-01-01T00:00:00.000001Z"} {"id":2,"p":null,"day":"1970-01-02","at":"1970-01-01T00:00:00.000002Z"} {"id":3,"p":"a/b =%","day":"1970-01-01","at":"1970-01-01T00:00:00.000001Z"}
            """, await table.RowsAsync());
    }

    [Fact]
    public async Task Create_EmptyPartitionValue_IsRefused()
    {
        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t1", ["p"], Ids(1), Texts("p", "")));

        Assert.Equal("delta.empty_partition_value", error.Code);
    }

    [Theory]
    [InlineData("delta.partition_unknown", "q")]
    [InlineData("delta.partition_twice", "p", "p")]
    [InlineData("delta.only_partitions", "p", "x")]
    [InlineData("delta.partition_type", "x")]
    public async Task Plan_PartitionsThatCannotBe_AreRefused(string code, params string[] partitions)
    {
        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t1", partitions, Texts("p", "a"), Column("x", DoubleType.Default, 1.0)));

        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Create_NoRows_MakesTheTable()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids());

        Assert.Equal(0, await table.FilesAsync());
        Assert.Equal("id", Assert.Single((await table.SnapshotAsync()).Schema.FieldsList).Name);
    }

    [Fact]
    public async Task Create_TableHasRows_IsRefused()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t2", Ids(2)));
        Assert.Equal("delta.table_not_empty", error.Code);
    }

    [Fact]
    public async Task Create_DirectoryHasOtherFiles_IsRefused()
    {
        Directory.CreateDirectory(table.Location.Path);
        await File.WriteAllTextAsync(Path.Combine(table.Location.Path, "a.parquet"), "x", TestContext.Current.CancellationToken);

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t1", Ids(1)));
        Assert.Equal("delta.directory_not_empty", error.Code);
    }

    [Fact]
    public async Task Append_WiderTable_GetsTheRowsInItsTypes()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("more", "string"), ("price", "decimal(12,4)"))));

        await table.CopyAsync(CopyMode.Append, "t1", Column("price", new Decimal128Type(4, 2), new BigInteger(150)), Column("id", Int32Type.Default, 7L));

        Assert.Equal("""{"id":7,"more":null,"price":"1.5000"}""", await table.RowsAsync());
        Assert.DoesNotContain("metaData", table.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_NewColumn_IsAddedAndAllElseOfTheMetadataStays()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));
        string? id = (await table.SnapshotAsync()).TableId;

        await table.CopyAsync(CopyMode.Append, "t2", Ids(2), Column("at", new TimestampType(TimeUnit.Microsecond, (string?)null), 0L));

        Assert.Equal("""{"id":1,"at":null} {"id":2,"at":"1970-01-01T00:00:00.000000"}""", await table.RowsAsync());
        Assert.Equal(id, (await table.SnapshotAsync()).TableId);
        Assert.Contains("timestampNtz", table.Log(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delta.column_case", """{"name":"ID","type":"long","nullable":true,"metadata":{}}""")]
    [InlineData("delta.column_required", """{"name":"must","type":"long","nullable":false,"metadata":{}}""")]
    [InlineData("delta.column_differs", """{"name":"id","type":"boolean","nullable":true,"metadata":{}}""")]
    [InlineData("delta.column_differs", """{"name":"id","type":{"type":"array","elementType":"long","containsNull":true},"nullable":true,"metadata":{}}""")]
    public async Task Append_ColumnsDoNotFit_IsRefused(string code, string field)
    {
        table.Commit(0, Protocol, Metadata($$"""{"type":"struct","fields":[{{field}}]}"""));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1)));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Append_InstantsIntoTimestampsWithoutZone_IsRefused()
    {
        table.Commit(0, ProtocolWith("timestampNtz"), Metadata(Schema(("at", "timestamp_ntz"))));

        TargetException error = await Assert.ThrowsAsync<TargetException>(
            () => table.CopyAsync(CopyMode.Append, "t1", Column("at", new TimestampType(TimeUnit.Microsecond, "UTC"), 1L)));
        Assert.Equal("delta.column_differs", error.Code);
    }

    [Fact]
    public async Task Append_PartitionedTable_WritesAsItIs()
    {
        await table.CopyAsync(CopyMode.Create, "t1", ["p"], Ids(1), Texts("p", "a"));

        await table.CopyAsync(CopyMode.Append, "t2", Ids(2), Texts("p", "b"));

        Assert.Equal(1, await table.FilesAsync("p = 'b'"));
        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Append, "t3", ["id"], Ids(2), Texts("p", "b")));
        Assert.Equal("delta.partition_layouts_differ", error.Code);
    }

    [Fact]
    public async Task Replace_TableWithDeletionVectors_RemovesAllFilesWithThem()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(Schema(("old", "string")), ["old"], new Dictionary<string, string> { ["own"] = "1" }),
            Add("a%20b", new Dictionary<string, string?> { ["old"] = "x" }), Add("c", new Dictionary<string, string?> { ["old"] = null }, vector: "ab^-aqEH.-t@S}K{vb[*k^"));

        await table.CopyAsync(CopyMode.Replace, "t1", Ids(5));

        Assert.Equal("""{"id":5}""", await table.RowsAsync());
        Assert.Equal("11111111-1111-1111-1111-111111111111", (await table.SnapshotAsync()).TableId);
        Assert.Contains("\"configuration\":{\"own\":\"1\"}", table.Log(1), StringComparison.Ordinal);
        Assert.Contains("{\"remove\":{\"path\":\"a%20b\",", table.Log(1), StringComparison.Ordinal);
        Assert.Contains("\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"ab^-aqEH.-t@S}K{vb[*k^\",\"offset\":1,\"sizeInBytes\":40,\"cardinality\":6}", table.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_SameColumns_LeavesTheMetadata()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));

        await table.CopyAsync(CopyMode.Replace, "t2", Ids(2));

        Assert.Equal("""{"id":2}""", await table.RowsAsync());
        Assert.DoesNotContain("metaData", table.Log(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CopyMode.Append, """{"id":1} {"id":2} {"id":3}""")]
    [InlineData(CopyMode.Replace, """{"id":3}""")]
    public async Task Commit_AnotherTakesTheVersion_ComesBehindIt(CopyMode mode, string expected)
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));
        table.Store.BeforeCommit = () => table.CopyAsync(CopyMode.Append, "t2", Ids(2));

        await table.CopyAsync(mode, "t3", Ids(3));

        Assert.Equal(expected, await table.RowsAsync());
        Assert.Equal("2", (await table.SnapshotAsync()).Id);
    }

    [Fact]
    public async Task Commit_AnotherMakesTheTable_CreateIsRefused()
    {
        table.Store.BeforeCommit = () => table.CopyAsync(CopyMode.Append, "t2", Ids(2));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t1", Ids(1)));

        Assert.Equal("delta.table_not_empty", error.Code);
        Assert.Equal("""{"id":2}""", await table.RowsAsync());
    }

    [Fact]
    public async Task Commit_AnotherWidensAColumn_IsRefused()
    {
        table.Commit(0, ProtocolWith("typeWidening"), Metadata(Schema(("id", "integer"))));
        table.Store.BeforeCommit = () =>
        {
            table.Commit(1, Metadata(Schema(("id", "long"))));
            return Task.CompletedTask;
        };

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Append, "t1", Column("id", Int32Type.Default, 1L)));
        Assert.Equal("delta.table_changed", error.Code);
    }

    [Fact]
    public async Task Commit_AnswerIsLost_IsFoundAndNotRepeated()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));
        table.Store.AfterCommit = () => throw new EnvironmentException("store.connection_lost", "The answer is lost.");
        await Assert.ThrowsAsync<EnvironmentException>(() => table.CopyAsync(CopyMode.Append, "t2", Ids(2)));

        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t2", Ids(2)));

        Assert.Equal("""{"id":1} {"id":2}""", await table.RowsAsync());
        Assert.Equal("1", (await table.SnapshotAsync()).Id);
    }

    [Fact]
    public async Task Commit_IsThereAlready_ChangesNothing()
    {
        await table.CopyAsync(CopyMode.Append, "t1", Ids(1));
        var format = new DeltaDirectory(table.Store, table.Location, null);
        TargetRequest request = Request(CopyMode.Append, "t1", new Schema([new Field("id", Int64Type.Default, true)], null));
        TableFormats.Targets.TableWrite write = await format.PlanAsync(request, hasBegun: Task.FromResult(true), TestContext.Current.CancellationToken);

        long number = await format.LastCommitAsync(request.Transfer, TestContext.Current.CancellationToken);
        await format.CommitAsync(new(request, write, number, DateTimeOffset.UnixEpoch, 1, _ => throw new InvalidOperationException()), TestContext.Current.CancellationToken);

        Assert.Equal(1, number);
        Assert.Equal("0", (await table.SnapshotAsync()).Id);
    }

    [Fact]
    public async Task Commit_TableKeepsInCommitTimestamps_GivesALaterOne()
    {
        table.Commit(0, """{"commitInfo":{"inCommitTimestamp":99999999999999}}""",
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""",
            Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string> { ["delta.enableInCommitTimestamps"] = "true" }));

        await table.CopyAsync(CopyMode.Append, "t1", Ids(1));

        Assert.StartsWith("""{"commitInfo":{"inCommitTimestamp":100000000000000,""", table.Log(1), StringComparison.Ordinal);
    }

    public void Dispose() => table.Dispose();

    private async Task AssertRefusedAsync(string code, params (string Name, IArrowType Type, object?[] Values)[] columns)
    {
        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Create, "t1", columns));

        Assert.Equal(code, error.Code);
        Assert.Contains("--columns", error.Message, StringComparison.Ordinal);
    }
}
