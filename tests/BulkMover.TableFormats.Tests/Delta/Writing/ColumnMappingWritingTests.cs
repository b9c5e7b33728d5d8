using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Delta.Writing;
using BulkMover.TableFormats.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;
using static BulkMover.TableFormats.Tests.Delta.Writing.WrittenTable;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Writer Requirements for Column Mapping".</summary>
public sealed class ColumnMappingWritingTests : IDisposable
{
    private const string ModeProperty = "delta.columnMapping.mode", MaxIdProperty = "delta.columnMapping.maxColumnId";

    /// <summary>The names of the first two columns are swapped in files.</summary>
    private const string Swapped = """
        {"type":"struct","fields":[
          {"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"s"}},
          {"name":"s","type":"string","nullable":true,"metadata":{"delta.columnMapping.id":2,"delta.columnMapping.physicalName":"id","comment":"kept"}}]}
        """;

    private readonly WrittenTable table = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>"Write data files by using the physical name", "Write the 32 bit integer column identifier as part of the field_id", at every level.</summary>
    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Create_SourceMapsNames_TheTableMapsThemAlike(string mode)
    {
        await table.CopyAsync(CopyMode.Create, "t1", ["part"], Rows(mode));

        JsonObject metadata = Action(0, "metaData");
        Assert.Equal((mode, "19"), ((string?)metadata["configuration"]![ModeProperty], (string?)metadata["configuration"]![MaxIdProperty]));
        Assert.Equal(["part"], metadata["partitionColumns"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(
            """[{"delta.columnMapping.id":7,"delta.columnMapping.physicalName":"col-7"},{"delta.columnMapping.id":3,"delta.columnMapping.physicalName":"part"},{"delta.columnMapping.id":4,"delta.columnMapping.physicalName":"col-4"}]""",
            new JsonArray([.. Columns(metadata).Select(field => field["metadata"]!.DeepClone())]).ToJsonString());
        Assert.Equal("""{"delta.columnMapping.id":5,"delta.columnMapping.physicalName":"col-5"}""", Columns(metadata)[2]["type"]!["elementType"]!["fields"]![0]!["metadata"]!.ToJsonString());
        Assert.Equal(
            """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["columnMapping"],"writerFeatures":["appendOnly","invariants","columnMapping"]}}""",
            Line(0, "protocol"));

        Field[] written = [.. (await FootersAsync())[0].Schema.FieldsList];
        Assert.Equal([("col-7", 7), ("col-4", 4)], written.Select(field => (field.Name, field.FieldId())));
        Field member = ((StructType)((ListType)written[1].DataType).ValueDataType).Fields[0];
        Assert.Equal(("col-5", 5), (member.Name, member.FieldId()));
        JsonObject add = Action(0, "add");
        Assert.Equal("""{"part":"x"}""", add["partitionValues"]!.ToJsonString());
        Assert.Contains("\"minValues\":{\"col-7\":1}", (string?)add["stats"], StringComparison.Ordinal);
        Assert.Equal("""{"id":1,"part":"x","l":[{"m":10}]} {"id":2,"part":"x","l":null}""", await table.RowsAsync());
        Assert.Equal((1, 0), (await table.FilesAsync("id = 2 and part = 'x'"), await table.FilesAsync("id = 3")));
    }

    /// <summary>Without the source, from what the ledger keeps of its columns.</summary>
    [Fact]
    public async Task Commit_AllRowsHaveArrivedAndTheSourceIsGone_TheTableMapsNamesAlike()
    {
        table.Store.BeforeCommit = () => throw new EnvironmentException("store.connection_lost", "It does not come to the commit.");
        await Assert.ThrowsAsync<EnvironmentException>(() => table.CopyAsync(CopyMode.Create, "t1", ["part"], Rows("id")));

        await using (LakeTarget target = table.Target(["part"]))
        {
            await using ITargetLoad load = await target.BeginAsync(await target.PlanCommitAsync(new TransferId("t1"), verify: false, Token), new LoadLimits(1, 1 << 20), Token);
            Assert.Equal(2, await load.CommitAsync(2, Token));
        }

        Assert.Equal([7, 3, 4], Columns(Action(0, "metaData")).Select(field => (int)field["metadata"]!["delta.columnMapping.id"]!));
        Assert.Equal("""{"id":1,"part":"x","l":[{"m":10}]} {"id":2,"part":"x","l":null}""", await table.RowsAsync());
    }

    /// <summary>"Delta can use column mapping to avoid any column naming restrictions."</summary>
    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("a=b")]
    [InlineData("a\tb")]
    public async Task Create_NameThatOnlyMappedTablesHave_MapsNames(string name)
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1), Texts(name, "x"));

        JsonObject metadata = Action(0, "metaData");
        Assert.Equal(("name", "2"), ((string?)metadata["configuration"]![ModeProperty], (string?)metadata["configuration"]![MaxIdProperty]));
        Assert.Equal([(1, "id"), (2, name)], Columns(metadata).Select(field => ((int)field["metadata"]!["delta.columnMapping.id"]!, (string)field["metadata"]!["delta.columnMapping.physicalName"]!)));
        Assert.Contains("columnMapping", Line(0, "protocol"), StringComparison.Ordinal);
        Assert.Equal("x", (string?)JsonNode.Parse(await table.RowsAsync())![name]);
    }

    [Fact]
    public async Task Create_MemberOfSuchAName_MapsNamesAtAllLevels()
    {
        var type = new StructType([new Field("m n", Int64Type.Default, nullable: true)]);
        var batch = new RecordBatch(new Schema([new Field("s", type, nullable: true), new Field("id", Int64Type.Default, nullable: true)], null),
            [new StructArray(type, 1, [new Int64Array.Builder().Append(5).Build()], ArrowBuffer.Empty, 0), new Int64Array.Builder().Append(1).Build()], 1);

        await table.CopyAsync(CopyMode.Create, "t1", null, batch);

        JsonObject metadata = Action(0, "metaData");
        Assert.Equal([1, 3], Columns(metadata).Select(field => (int)field["metadata"]!["delta.columnMapping.id"]!));
        Assert.Equal(2, (int)Columns(metadata)[0]["type"]!["fields"]![0]!["metadata"]!["delta.columnMapping.id"]!);
        Assert.Equal("""{"s":{"m n":5},"id":1}""", await table.RowsAsync());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Append_TableMapsNames_RowsAreWrittenUnderItsNamesAndIds(string mode)
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped(mode, 9)));

        await table.CopyAsync(CopyMode.Append, "t1", Texts("s", "x"), Ids(1));

        Assert.Equal([("id", 2), ("s", 1)], (await FootersAsync())[0].Schema.FieldsList.Select(field => (field.Name, field.FieldId())));
        Assert.Equal("""{"id":1,"s":"x"}""", await table.RowsAsync());
        Assert.Equal((1, 0), (await table.FilesAsync("s = 'x'"), await table.FilesAsync("id = 2")));
        Assert.DoesNotContain("metaData", table.Log(1), StringComparison.Ordinal);
    }

    /// <summary>"Assign a globally unique identifier as the physical name for each new column", "this value must increase monotonically".</summary>
    [Fact]
    public async Task Append_NewColumns_GetNamesAndIdsThatNoColumnHasHad()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("name", 9)));

        await table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("new one", "x"), Texts("t", "y"));

        JsonObject metadata = Action(1, "metaData");
        Assert.Equal([1, 2, 10, 11], Columns(metadata).Select(field => (int)field["metadata"]!["delta.columnMapping.id"]!));
        Assert.Equal(("name", "11"), ((string?)metadata["configuration"]![ModeProperty], (string?)metadata["configuration"]![MaxIdProperty]));
        Assert.Equal("kept", (string?)Columns(metadata)[1]["metadata"]!["comment"]);
        string first = PhysicalName(1, 2);
        Assert.Matches("^col-[0-9a-f]{8}-[0-9a-f-]{27}$", first);
        Assert.Equal("""{"id":1,"s":null,"new one":"x","t":"y"}""", await table.RowsAsync());

        // Dropped, as engines drop columns: values stay in the files, and must not come back with the name.
        table.Commit(2, Metadata(Swapped, configuration: Mapped("name", 11)));
        await table.CopyAsync(CopyMode.Append, "t2", Ids(2), Texts("new one", "z"));
        Assert.NotEqual(first, PhysicalName(3, 2));
        Assert.Equal("""{"id":1,"s":null,"new one":null} {"id":2,"s":null,"new one":"z"}""", await table.RowsAsync());
    }

    [Fact]
    public async Task Append_NewColumnAndTheAnswerIsLost_TheNextRunFindsItsOwn()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", 9)));
        table.Store.BeforeCommit = () => throw new EnvironmentException("store.connection_lost", "It does not come to the commit.");
        await Assert.ThrowsAsync<EnvironmentException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("t", "y")));
        table.Store.AfterCommit = () => throw new EnvironmentException("store.connection_lost", "The answer is lost.");
        await Assert.ThrowsAsync<EnvironmentException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("t", "y")));

        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("t", "y")));

        Assert.Equal("""{"id":1,"s":null,"t":"y"}""", await table.RowsAsync());
        Assert.Equal("1", (await table.SnapshotAsync()).Id);
    }

    /// <summary>The ids that the files have would be another's.</summary>
    [Fact]
    public async Task Commit_AnotherAddsAColumnMeanwhile_NewColumnsAreRefused()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", 9)));
        table.Store.BeforeCommit = () => table.CopyAsync(CopyMode.Append, "t2", Ids(2), Texts("other", "x"));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("t", "y")));
        Assert.Equal("delta.table_changed", error.Code);
    }

    [Fact]
    public async Task Append_NewColumnOfSuchANameIntoATableThatDoesNotMap_IsRefused()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1));

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => table.CopyAsync(CopyMode.Append, "t2", Ids(1), Texts("a b", "x")));
        Assert.Equal("delta.column_name", error.Code);
        Assert.Contains("--columns", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Readers of the table may not know the mapping, and need not.</summary>
    [Fact]
    public async Task Replace_TableHasTheColumnsAndDoesNotMap_StaysSo()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long"), ("part", "string"), ("l", List("m")))));

        await table.CopyAsync(CopyMode.Replace, "t2", null, Rows("id"));

        Assert.DoesNotContain("metaData", table.Log(1), StringComparison.Ordinal);
        Assert.DoesNotContain("protocol", table.Log(1), StringComparison.Ordinal);
        Assert.Equal("""{"id":1,"part":"x","l":[{"m":10}]} {"id":2,"part":"x","l":null}""", await table.RowsAsync());
    }

    [Fact]
    public async Task Replace_TableDoesNotMapAndTheSourceDoes_BeginsToWithOtherColumns()
    {
        await table.CopyAsync(CopyMode.Create, "t1", Ids(1), Texts("s", "x"));
        table.Commit(1, Metadata(Schema(("id", "long"), ("s", "string")), configuration: new Dictionary<string, string> { ["own"] = "1" }));

        await table.CopyAsync(CopyMode.Replace, "t2", null, Rows("id"));

        JsonObject metadata = Action(2, "metaData");
        Assert.Equal("""{"own":"1","delta.columnMapping.mode":"id","delta.columnMapping.maxColumnId":"19"}""", metadata["configuration"]!.ToJsonString());
        Assert.Contains("columnMapping", Line(2, "protocol"), StringComparison.Ordinal);
        Assert.Equal("""{"id":1,"part":"x","l":[{"m":10}]} {"id":2,"part":"x","l":null}""", await table.RowsAsync());
    }

    [Fact]
    public async Task Replace_TableMapsTheSameColumns_GoesOnWithItsOwnNames()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", 9)));

        await table.CopyAsync(CopyMode.Replace, "t1", Ids(1), Texts("s", "x"));

        Assert.DoesNotContain("metaData", table.Log(1), StringComparison.Ordinal);
        Assert.Equal("""{"id":1,"s":"x"}""", await table.RowsAsync());
    }

    /// <summary>"Assign a globally unique identifier as the physical name for each new column", "this value must increase monotonically".</summary>
    [Fact]
    public async Task Replace_TableMapsSomeOfTheColumns_TheseStayAndOthersGetWhatItNeverGave()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", 9)));

        await table.CopyAsync(CopyMode.Replace, "t1", Ids(1), Texts("u", "x"));

        JsonObject metadata = Action(1, "metaData");
        Assert.Equal([1, 10], IdsOf(metadata));
        Assert.Equal("s", PhysicalName(1, 0));
        Assert.Matches("^col-[0-9a-f]{8}-[0-9a-f-]{27}$", PhysicalName(1, 1));
        Assert.Equal(("id", "10"), ((string?)metadata["configuration"]![ModeProperty], (string?)metadata["configuration"]![MaxIdProperty]));
        Assert.Equal("""{"id":1,"u":"x"}""", await table.RowsAsync());
    }

    [Fact]
    public async Task Replace_ColumnHasAnotherType_IsAnotherColumn()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", 9)));

        await table.CopyAsync(CopyMode.Replace, "t1", Ids(1), Column("s", Int64Type.Default, 2L));

        Assert.Equal([1, 10], IdsOf(Action(1, "metaData")));
        Assert.NotEqual("id", PhysicalName(1, 1));
    }

    [Fact]
    public async Task Replace_OnlyWhatMayBeNullDiffers_NamesIdsAndModeStay()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("name", 9)));
        Field[] source = [new Field("id", Int64Type.Default, nullable: false).WithPhysicalName("a").WithFieldId(4), new Field("s", StringType.Default, nullable: true).WithPhysicalName("b").WithFieldId(5)];

        await table.CopyAsync(CopyMode.Replace, "t1", null, Empty("id", 5, source));

        JsonObject metadata = Action(1, "metaData");
        Assert.Equal([1, 2], IdsOf(metadata));
        Assert.Equal(("s", "id"), (PhysicalName(1, 0), PhysicalName(1, 1)));
        Assert.Equal([false, true], Columns(metadata).Select(field => (bool)field["nullable"]!));
        Assert.Equal(("name", "9"), ((string?)metadata["configuration"]![ModeProperty], (string?)metadata["configuration"]![MaxIdProperty]));
    }

    /// <summary>A source that gets a column has never given its id before; one that is another table may have given what the table gave to others.</summary>
    [Theory]
    [InlineData(20, "col-20", true)]
    [InlineData(19, "col-20", false)]
    [InlineData(20, "col-5", false)]
    public async Task Replace_SourceHasAColumnMore_ItsNameAndIdAreKeptWhereTheTableNeverGaveThem(int id, string name, bool isKept)
    {
        await table.CopyAsync(CopyMode.Create, "t1", null, Rows("id"));
        Field[] source = [.. Rows("id").Schema.FieldsList, new Field("more", Int64Type.Default, nullable: true).WithPhysicalName(name).WithFieldId(id)];

        await table.CopyAsync(CopyMode.Replace, "t2", null, Empty("id", 20, source));

        JsonObject metadata = Action(1, "metaData");
        Assert.Equal([7, 3, 4, isKept ? 20 : 21], IdsOf(metadata));
        Assert.Equal(isKept, PhysicalName(1, 3) == name);
        Assert.Equal(isKept ? "20" : "21", (string?)metadata["configuration"]![MaxIdProperty]);
    }

    [Fact]
    public async Task Replace_StructHasAMemberMore_TheOthersStay()
    {
        await table.CopyAsync(CopyMode.Create, "t1", null, Rows("id"));
        var group = new StructType([new Field("n", Int64Type.Default, nullable: true), new Field("m", Int64Type.Default, nullable: true)]);

        await table.CopyAsync(CopyMode.Replace, "t2", null, Empty("none", 0, new Field("id", Int64Type.Default, nullable: true), new Field("l", new ListType(new Field("element", group, nullable: true)), nullable: true)));

        JsonNode[] columns = Columns(Action(1, "metaData"));
        Assert.Equal([7, 4], IdsOf(Action(1, "metaData")));
        Assert.Equal([20, 5], columns[1]["type"]!["elementType"]!["fields"]!.AsArray().Select(member => (int)member!["metadata"]!["delta.columnMapping.id"]!));
        Assert.Equal("col-5", (string?)columns[1]["type"]!["elementType"]!["fields"]![1]!["metadata"]!["delta.columnMapping.physicalName"]);
    }

    /// <summary>Iceberg spec, "Reserved Field IDs", which files of both formats have.</summary>
    [Theory]
    [InlineData(int.MaxValue - 201, true)]
    [InlineData(int.MaxValue - 200, false)]
    [InlineData(int.MaxValue, false)]
    public async Task Append_NewColumn_GetsAnIdAsLongAsThereAreSome(int last, bool isLeft)
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: Mapped("id", last)));

        Exception? error = await Record.ExceptionAsync(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("t", "y")));

        Assert.Equal(isLeft ? null : "delta.column_ids_used_up", error is null ? null : Assert.IsType<TargetException>(error).Code);
    }

    [Fact]
    public async Task Create_SourceHasAReservedId_TheTableHasAnotherOne()
    {
        Field[] source = [new Field("a", Int64Type.Default, nullable: true).WithPhysicalName("a").WithFieldId(int.MaxValue - 100), new Field("b", Int64Type.Default, nullable: true).WithPhysicalName("b").WithFieldId(3)];

        await table.CopyAsync(CopyMode.Create, "t1", null, Empty("id", int.MaxValue, source));

        Assert.Equal([4, 3], IdsOf(Action(0, "metaData")));
    }

    [Fact]
    public async Task Append_FieldHasNoId_IsRefused()
    {
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(
            """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.physicalName":"x"}}]}""", configuration: Mapped("name", 9)));

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.CopyAsync(CopyMode.Append, "t1", Ids(1)));
        Assert.Equal("delta.feature_not_written", error.Code);
        Assert.Contains("'id' has no delta.columnMapping.id", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_TableMapsNames_HasThemAsTheLogHad()
    {
        var properties = new Dictionary<string, string>(Mapped("id", 9)) { ["delta.checkpointInterval"] = "1" };
        table.Commit(0, ProtocolWith("columnMapping"), Metadata(Swapped, configuration: properties));
        await table.CopyAsync(CopyMode.Append, "t1", Ids(1), Texts("s", "x"));

        File.Delete(table.LogPath(0));
        File.Delete(table.LogPath(1));

        LatestVersion state = (await LatestVersion.ReadAsync(table.Store, table.Location, null, Token))!;
        Assert.Equal(Swapped.ReplaceLineEndings(), state.Metadata.SchemaString!.ReplaceLineEndings());
        Assert.Equal(("id", "9"), (state.Property(ModeProperty), state.Property(MaxIdProperty)));
        Assert.Equal("""{"id":1,"s":"x"}""", await table.RowsAsync());
        Assert.Equal((1, 0), (await table.FilesAsync("s = 'x'"), await table.FilesAsync("id = 2")));
    }

    /// <summary>Files that come from Iceberg may have ids for what lists hold; Delta gives such none, but to a column perhaps the same one.</summary>
    [Fact]
    public void Statistics_ElementOfAListHasTheIdOfAColumn_AreNotThoseOfTheColumn()
    {
        Field[] fields = [new Field("c", Int64Type.Default, nullable: true).WithFieldId(1), new Field("d", Int64Type.Default, nullable: true).WithFieldId(3)];
        LeafMetrics[] leaves = [new(["c"], 1, 1, 1, 0, null, null), new(["l", "list", "element"], 3, 1, 1, 0, null, null)];
        using var writer = new StatisticsWriter(StatisticsColumn.Of(fields, null));

        string written = System.Text.Encoding.UTF8.GetString(writer.Write(new WrittenFile("f", 1, 1, [], leaves, [])));

        Assert.Contains("\"nullCount\":{\"c\":0}", written, StringComparison.Ordinal);
    }

    public void Dispose() => table.Dispose();

    private static Dictionary<string, string> Mapped(string mode, int maxId) => new() { [ModeProperty] = mode, [MaxIdProperty] = $"{maxId}" };

    private static string List(string member) =>
        $$$"""{"type":"array","containsNull":true,"elementType":{"type":"struct","fields":[{"name":"{{{member}}}","type":"long","nullable":true,"metadata":{}}]}}""";

    /// <summary>Two rows of a table that maps names, as its snapshot gives them; it has dropped columns with higher ids.</summary>
    private static RecordBatch Rows(string mode)
    {
        var group = new StructType([new Field("m", Int64Type.Default, nullable: true).WithPhysicalName("col-5").WithFieldId(5)]);
        var list = new ListType(new Field("element", group, nullable: true));
        var schema = new Schema(
            [
                new Field("id", Int64Type.Default, nullable: true).WithPhysicalName("col-7").WithFieldId(7),
                new Field("part", StringType.Default, nullable: true).WithPhysicalName("part").WithFieldId(3),
                new Field("l", list, nullable: true).WithPhysicalName("col-4").WithFieldId(4),
            ],
            Mapped(mode, 19));
        var members = new StructArray(group, 1, [new Int64Array.Builder().Append(10).Build()], ArrowBuffer.Empty, 0);
        var lists = new ListArray(list, 2, new ArrowBuffer.Builder<int>().Append(0).Append(1).Append(1).Build(), members, new ArrowBuffer.BitmapBuilder().Append(true).Append(false).Build(), 1);
        return new RecordBatch(schema, [new Int64Array.Builder().Append(1).Append(2).Build(), new StringArray.Builder().Append("x").Append("x").Build(), lists], 2);
    }

    /// <summary>Columns of a table that maps names, and no rows.</summary>
    private static RecordBatch Empty(string mode, int maxId, params Field[] columns) => new(new Schema(columns, Mapped(mode, maxId)), System.Array.Empty<IArrowArray>(), 0);

    private static IEnumerable<int> IdsOf(JsonObject metadata) => Columns(metadata).Select(field => (int)field["metadata"]!["delta.columnMapping.id"]!);

    private string Line(long version, string action) => table.Log(version).Split('\n').First(line => line.StartsWith($"{{\"{action}\"", StringComparison.Ordinal));

    private JsonObject Action(long version, string action) => JsonNode.Parse(Line(version, action))![action]!.AsObject();

    private static JsonNode[] Columns(JsonObject metadata) => [.. JsonNode.Parse((string)metadata["schemaString"]!)!["fields"]!.AsArray().Select(field => field!)];

    private string PhysicalName(long version, int column) => (string)Columns(Action(version, "metaData"))[column]["metadata"]!["delta.columnMapping.physicalName"]!;

    private async Task<ParquetFooter[]> FootersAsync()
    {
        ITableSnapshot snapshot = await table.SnapshotAsync();
        return await snapshot.PlanAsync(new Scan(snapshot, null, null), Token).Select(async (task, stopping) => await ParquetFooter.ReadAsync(table.Store, task, stopping)).ToArrayAsync(Token);
    }
}
