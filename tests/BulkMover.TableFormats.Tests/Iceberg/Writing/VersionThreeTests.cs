using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.Writing.WriteTable;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>Commits to tables of format version 3, which give every row an id (Iceberg spec, "Row Lineage").</summary>
public sealed class VersionThreeTests
{
    private const string Data = "s3://lake/db/t/data";

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>"Row lineage example": a table with a next-row-id of 1000, whose manifest has 925 for its 75 rows.</summary>
    [Fact]
    public async Task Commit_Append_GivesNewFilesTheIdsFromTheTablesNextOneOn()
    {
        TestTable before = Version3(1000).WithSnapshot(new TestManifest(new TestFile($"{Data}/old.parquet") { Rows = 75 }) { FirstRowId = 925 });
        before.Metadata["last-sequence-number"] = 1;
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Append, "one", File("a", 1, 50), File("b", 51, 75));

        Assert.Equal([("a", 1000L), ("b", 1050L), ("old", 925L)], await RowIdsAsync(table));
        JsonNode snapshot = table.Document()["snapshots"]![1]!;
        Assert.Equal((1000, 75, 1075, 3), ((long)snapshot["first-row-id"]!, (long)snapshot["added-rows"]!, (long)table.Document()["next-row-id"]!, (int)table.Document()["format-version"]!));
        // "Row lineage for rows that were there is not changed": they were last updated by the commit that brought them.
        Assert.Equal([2L, 2L, 1L], (await table.TasksAsync()).OrderBy(task => task.File.Name, StringComparer.Ordinal).Select(task => task.LastChange!.Value));
    }

    /// <summary>"Row Lineage for Upgraded Tables": all data manifests are assigned a first row id, those of deletes never; snapshots from before stay without.</summary>
    [Fact]
    public async Task Commit_TableWasUpgraded_GivesIdsToAllFilesThatHaveNone()
    {
        TestTable before = Version3(0).WithSnapshot(
            new TestManifest(new TestFile($"{Data}/c.parquet") { Rows = 30 }, new TestFile($"{Data}/d.parquet") { Status = 0, Rows = 5, SequenceNumber = 1 }),
            new TestManifest(new TestFile($"{Data}/e.parquet") { Rows = 7 }) { IsVersion1 = true },
            new TestManifest(new TestFile($"{Data}/x.parquet") { Content = 1, Rows = 3 }) { Content = 1 });
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Append, "one", File("a", 1, 10));

        Assert.Equal([("a", 0L), ("c", 10L), ("d", 40L), ("e", 45L)], await RowIdsAsync(table));
        Assert.Equal([false, false, false, true], (await ManifestsAsync(table)).Select(manifest => manifest.FirstRowId is null));
        Assert.Equal((0, 52, 52), SnapshotRowIds(table));
        Assert.All(await table.TasksAsync(selector: "7"), task => Assert.Null(task.FirstRowId));
    }

    /// <summary>"The first_row_id for existing manifests must be preserved when writing a new manifest list."</summary>
    [Fact]
    public async Task Commit_Again_KeepsTheIdsThatWereAssigned()
    {
        var table = new WriteTable(Version3(0).WithSnapshot(new TestManifest(new TestFile($"{Data}/c.parquet") { Rows = 30 })));
        await table.CommitAsync(CopyMode.Append, "one", File("a", 1, 10));

        await table.CommitAsync(CopyMode.Append, "two", File("b", 1, 3));

        Assert.Equal([("a", 0L), ("b", 40L), ("c", 10L)], await RowIdsAsync(table));
        Assert.Equal((40, 3, 43), SnapshotRowIds(table));
    }

    /// <summary>"The inherited value of first_row_id must be written into data file metadata when creating existing and deleted entries."</summary>
    [Fact]
    public async Task Commit_Replace_DeletedEntriesKeepTheirRowIds()
    {
        TestTable before = Version3(2000).WithSnapshot(
            new TestManifest(
                new TestFile($"{Data}/data1.parquet") { Status = 0, Rows = 25, FirstRowId = 800, SequenceNumber = 1 },
                new TestFile($"{Data}/gone.parquet") { Status = 2, Rows = 40, SequenceNumber = 1 },
                new TestFile($"{Data}/data2.parquet") { Rows = 50 }, new TestFile($"{Data}/data3.parquet") { Rows = 60 }) { FirstRowId = 1000 },
            new TestManifest(new TestFile($"{Data}/a.parquet") { Rows = 5 }, new TestFile($"{Data}/b.parquet") { Rows = 5 }) { FirstRowId = 1500, IsVersion1 = true },
            new TestManifest(new TestFile($"{Data}/old.parquet")));
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Replace, "one", File("n", 1, 10));

        Assert.Equal([("n", 2000L)], await RowIdsAsync(table));
        Assert.Equal((2000, 10, 2010), SnapshotRowIds(table));
        IReadOnlyList<ManifestFile> manifests = await ManifestsAsync(table);
        Assert.Equal([800L, 1000L, 1050L], await EntryIdsAsync(table, manifests[1]));
        // Their schema has no such field.
        Assert.Equal([1500L, 1505L], await EntryIdsAsync(table, manifests[2]));
        // Of a snapshot from before the upgrade: "first_row_id values for data files and data manifests are null".
        Assert.Equal([null], await EntryIdsAsync(table, manifests[3]));
        Assert.Equal(["a", "b", "data1", "data2", "data3", "old"], await table.FilesAsync(selector: "7"));
    }

    /// <summary>"When removing a data file, writers must also remove any deletion vector that applies to that data file."</summary>
    [Fact]
    public async Task Commit_ReplaceWithVectorsAndPositionDeletes_TakesBothAwayAndCountsThem()
    {
        TestTable before = Version3(30).WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a.parquet") { Rows = 20 }, new TestFile($"{Data}/b.parquet") { Rows = 10 }) { FirstRowId = 0 },
            new TestManifest(
                new TestFile($"{Data}/v.puffin") { Content = 1, Format = "PUFFIN", Rows = 4, ReferencedDataFile = $"{Data}/a.parquet", ContentOffset = 4, ContentBytes = 50 },
                new TestFile($"{Data}/p.parquet") { Content = 1, Rows = 3 }) { Content = 1 });
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Replace, "one", File("n"));

        Assert.Equal(["n"], await table.FilesAsync());
        Assert.All(await table.TasksAsync(), task => Assert.Null(task.Deletes));
        Assert.Equal(
            ("2", "1", "1", "7", null),
            ((string?)table.Summary()["removed-delete-files"], (string?)table.Summary()["removed-dvs"], (string?)table.Summary()["removed-position-delete-files"],
                (string?)table.Summary()["removed-position-deletes"], (string?)table.Summary()["added-dvs"]));
        // Two data files, a file of position deletes, and of the vector what its entry says of it alone.
        Assert.Equal("3050", (string?)table.Summary()["removed-files-size"]);
        // Entries of deletes are as they were, and have no row ids.
        Assert.Equal([null, null], await EntryIdsAsync(table, (await ManifestsAsync(table))[2]));
        Assert.Null((await ManifestsAsync(table))[2].FirstRowId);
    }

    /// <summary>"If a commit is retried, the first-row-id must be reassigned based on the table's current next-row-id."</summary>
    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Commit_AnotherCommitSlipsIn_TakesIdsBehindItsOnes(CopyMode mode)
    {
        var table = new WriteTable(Version3(100));
        bool slipped = false;
        table.Store.BeforePutNew = async location =>
        {
            if (slipped)
                return;
            slipped = true;
            await table.CommitAsync(CopyMode.Append, "other", File("b", 1, 20));
        };

        await table.CommitAsync(mode, "two", File("c", 1, 5));

        Assert.Equal(mode == CopyMode.Append ? [("b", 100L), ("c", 120L)] : [("c", 120L)], await RowIdsAsync(table));
        Assert.Equal((120, 5, 125), SnapshotRowIds(table));
    }

    /// <summary>"The first-row-id field is required even if a commit does not assign any ID space."</summary>
    [Fact]
    public async Task Commit_NoFiles_TellsRowIdsAllTheSame()
    {
        var table = new WriteTable(Version3(100));

        await table.CommitAsync(CopyMode.Append, "one");

        Assert.Equal((100, 0, 100), SnapshotRowIds(table));
    }

    /// <summary>"Manifest Lists", "Entries in Manifests": what version 3 has added.</summary>
    [Fact]
    public async Task Commit_ManifestsAndTheirList_HaveTheFieldsOfTheVersion()
    {
        var table = new WriteTable(Version3(0));
        await table.CommitAsync(CopyMode.Append, "one", File("a"));

        await using AvroFileReader list = await AvroFileReader.OpenAsync(table.Store, ListOf(table), null, Stopping);
        await using AvroFileReader manifest = await AvroFileReader.OpenAsync(table.Store, Location.Parse((await ManifestsAsync(table))[0].Path), null, Stopping);

        Assert.Equal(("3", "3"), (list.Property("format-version"), manifest.Property("format-version")));
        Assert.Contains(520, list.Schema.Fields.Select(field => field.FieldId!.Value));
        AvroType file = manifest.Schema.Fields.Single(field => field.FieldId == 2).Type;
        Assert.Superset(new HashSet<int> { 142, 143, 144, 145 }, file.Fields.Select(field => field.FieldId!.Value).ToHashSet());
        // "When writing a manifest, new data files must be written with a null first_row_id."
        Assert.Equal([null], await EntryIdsAsync(table, (await ManifestsAsync(table))[0]));
    }

    [Fact]
    public async Task Commit_TableOfVersion2_HasNothingOfVersion3()
    {
        var table = new WriteTable(new TestTable());

        await table.CommitAsync(CopyMode.Append, "one", File("a"));

        await using AvroFileReader list = await AvroFileReader.OpenAsync(table.Store, ListOf(table), null, Stopping);
        Assert.DoesNotContain(520, list.Schema.Fields.Select(field => field.FieldId!.Value));
        Assert.EndsWith("\"field-id\":519}]}", list.Property("avro.schema"), StringComparison.Ordinal);
        Assert.Equal((null, null, null), (table.Document()["next-row-id"], table.Document()["snapshots"]![0]!["first-row-id"], table.Document()["snapshots"]![0]!["added-rows"]));
    }

    [Fact]
    public async Task Plan_NextRowIdIsMissing_IsACorruptTable()
    {
        TestTable before = Version3(0);
        before.Metadata.Remove("next-row-id");

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => new WriteTable(before).PlanAsync());

        Assert.Contains("next-row-id", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("snapshot")]
    [InlineData("several")]
    [InlineData("unknown")]
    public async Task Plan_TableUsesWhatIsNotWritten_IsRefusedByName(string what)
    {
        TestTable before = Version3(0).WithSnapshot();
        (Action change, string name) = what switch
        {
            "key" => (() => before.Metadata["encryption-keys"] = new JsonArray(new JsonObject { ["key-id"] = "k", ["encrypted-key-metadata"] = "AA==" }), "encrypted"),
            "snapshot" => (() => before.Metadata["snapshots"]![0]!["key-id"] = "k", "encrypted"),
            "several" => ((Action)(() => before.WithSpec(1, """{"source-ids":[1,2],"field-id":1000,"name":"p","transform":"bucket[4]"}""")), "several columns"),
            _ => (() => before.WithSpec(1, """{"source-id":1,"field-id":1000,"name":"p","transform":"zorder[3]"}"""), "zorder[3]"),
        };
        change();

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => new WriteTable(before).PlanAsync());

        Assert.Equal("iceberg.not_written", error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Deleted rows of a copy may have been written as position delete files, which "must not be added to v3 tables"; nothing else is written otherwise.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_TableWasUpgradedMeanwhile_IsRefusedIfRowsAreDeleted(bool hasDeletes)
    {
        var table = new WriteTable(new TestTable());
        TargetRequest request = table.Request();
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        Alter(table, document => (document["format-version"], document["next-row-id"]) = (3, 0));
        TableCommit commit = Commit(request, write, 1, hasDeletes ? File("b") with { Deletes = new WrittenDeletes("data/b-deletes.parquet", 100, 1) } : File("b")) with { HasDeletes = hasDeletes };

        if (hasDeletes)
        {
            Assert.Equal("iceberg.table_changed", (await Assert.ThrowsAsync<TargetException>(() => table.Target.CommitAsync(commit, Stopping))).Code);
            return;
        }

        await table.Target.CommitAsync(commit, Stopping);
        Assert.Equal([("b", 0L)], await RowIdsAsync(table));
        await using AvroFileReader manifest = await AvroFileReader.OpenAsync(table.Store, Location.Parse((await ManifestsAsync(table))[0].Path), null, Stopping);
        Assert.Equal("3", manifest.Property("format-version"));
    }

    [Fact]
    public async Task Commit_TableIsOfAnEarlierVersionMeanwhile_IsRefused()
    {
        var table = new WriteTable(Version3(0));
        TargetRequest request = table.Request();
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        Alter(table, document => document["format-version"] = 2);

        Assert.Equal("iceberg.table_changed", (await Assert.ThrowsAsync<TargetException>(() => table.Target.CommitAsync(Commit(request, write, 1, File("b")), Stopping))).Code);
    }

    /// <summary>Files have been written with the default that was, or without what "must be written if a field is not supplied".</summary>
    [Theory]
    [InlineData("""{"id":4,"name":"d","required":false,"type":"long","write-default":6}""")]
    [InlineData("""{"id":4,"name":"d","required":false,"type":"long"}""")]
    [InlineData("""{"id":4,"name":"d","required":false,"type":"long","write-default":5}""", """{"id":6,"name":"e","required":false,"type":"long","initial-default":1,"write-default":1}""")]
    [InlineData("""{"id":4,"name":"d","required":false,"type":"long","write-default":5}""", """{"id":6,"name":"e","required":false,"type":"long"}""", true)]
    public async Task Commit_DefaultsWereChangedMeanwhile_IsRefused(string column, string? more = null, bool fits = false)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse("""{"id":4,"name":"d","required":false,"type":"long","write-default":5}"""));
        var table = new WriteTable(before);
        TargetRequest request = table.Request();
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        Alter(table, document =>
        {
            JsonArray fields = document["schemas"]![0]!["fields"]!.AsArray();
            fields[3] = JsonNode.Parse(column);
            if (more is not null)
                fields.Add(JsonNode.Parse(more));
        });

        Task commit = table.Target.CommitAsync(Commit(request, write, 1, File("b")), Stopping);

        if (fits)
            await commit;
        else
            Assert.Equal("iceberg.table_changed", (await Assert.ThrowsAsync<TargetException>(() => commit)).Code);
    }

    [Fact]
    public async Task Commit_MemberOfAStructGotADefaultMeanwhile_IsRefused()
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse("""{"id":4,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":5,"name":"a","required":false,"type":"int"}]}}"""));
        var table = new WriteTable(before) { Schema = new Schema([.. Columns.FieldsList, new Field("s", new StructType([new Field("a", Int32Type.Default, true)]), true)], null) };
        TargetRequest request = table.Request();
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        Alter(table, document => document["schemas"]![0]!["fields"]![3]!["type"]!["fields"]!.AsArray()
            .Add(JsonNode.Parse("""{"id":6,"name":"b","required":false,"type":"int","initial-default":1,"write-default":1}""")));

        Assert.Equal("iceberg.table_changed", (await Assert.ThrowsAsync<TargetException>(() => table.Target.CommitAsync(Commit(request, write, 1, File("b")), Stopping))).Code);
    }

    /// <summary>Of a deletion vector its own bytes count (field 145), as other writers count them, and not those of its Puffin file.</summary>
    [Fact]
    public async Task Commit_FilesWithVectors_CountsTheVectorsOwnBytes()
    {
        var table = new WriteTable(Version3(0));
        TargetRequest request = table.Request();
        WrittenFile file = File("a") with { Deletes = new WrittenDeletes("data/a.puffin", 400, 3) { VectorBytes = 60 } };

        await table.Target.CommitAsync(Commit(request, await table.PlanAsync(), 1, file) with { HasDeletes = true }, Stopping);

        Assert.Equal(("1060", "1060", "1"), ((string?)table.Summary()["added-files-size"], (string?)table.Summary()["total-files-size"], (string?)table.Summary()["added-dvs"]));
    }

    /// <summary>Type of the rows, type in the table, whether the plan tells a difference ("Primitive Types").</summary>
    public static TheoryData<TimeUnit, string, string, bool> Timestamps => new()
    {
        { TimeUnit.Nanosecond, "timestamp_ns", "timestamp_ns", false },
        { TimeUnit.Nanosecond, "timestamp", "timestamp", true },
        { TimeUnit.Microsecond, "timestamp_ns", "timestamp_ns", true },
        { TimeUnit.Millisecond, "timestamp_ns", "timestamp_ns", true },
        // A column that the table gets.
        { TimeUnit.Nanosecond, "", "timestamp_ns", false },
        { TimeUnit.Microsecond, "", "timestamp", false },
    };

    [Theory]
    [MemberData(nameof(Timestamps))]
    public async Task Plan_Timestamps_AreWrittenInTheTablesUnit(TimeUnit unit, string there, string written, bool differs)
    {
        TestTable before = Version3(0);
        if (there.Length > 0)
            before.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"t","required":false,"type":"{{there}}"}"""));
        var table = new WriteTable(before) { Schema = new Schema([new Field("id", Int64Type.Default, false), new Field("t", new TimestampType(unit, (string?)null), true)], null) };

        TableWrite write = await table.PlanAsync();

        Assert.Equal((written, differs), (write.Columns[1].TargetType, write.Columns[1].Difference is not null));
        await table.CommitAsync(CopyMode.Append, "one");
        Assert.Equal(written, SchemaJson.Describe((await table.ReadAsync()).Schema.GetFieldByName("t")));
    }

    /// <summary>Iceberg spec, "Partition Transforms" of 2022-01-08T10:00:00.000000001, and Appendix A, "Avro": timestamp-nanos.</summary>
    [Theory]
    [InlineData("identity", 1_641_636_000_000_000_001)]
    [InlineData("day", 19_000)]
    [InlineData("hour", 456_010)]
    [InlineData("month", 624)]
    public async Task Commit_PartitionedByNanoseconds_IsReadBack(string transform, long value)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse("""{"id":4,"name":"t","required":false,"type":"timestamptz_ns"}"""));
        before.WithSpec(1, $$"""{"source-id":4,"field-id":1000,"name":"p","transform":"{{transform}}"}""");
        var table = new WriteTable(before) { Schema = new Schema([new Field("id", Int64Type.Default, false), new Field("t", new TimestampType(TimeUnit.Nanosecond, "UTC"), true)], null) };
        PartitionColumn partition = Assert.Single((await table.PlanAsync()).Partitions);

        await table.CommitAsync(CopyMode.Append, "one", File("a", 1, 10, new Scalar(partition.Type, value)), File("b", 1, 10, new Scalar(partition.Type, 0L)));

        Assert.Equal(["a"], await table.FilesAsync("t = '2022-01-08T10:00:00.000000001Z'"));
        if (transform == "identity")
        {
            await using AvroFileReader manifest = await AvroFileReader.OpenAsync(table.Store, Location.Parse((await ManifestsAsync(table))[0].Path), null, Stopping);
            AvroType tuple = manifest.Schema.Fields.Single(field => field.FieldId == 2).Type.Fields.Single(field => field.FieldId == 102).Type;
            Assert.Equal(("timestamp-nanos", true), (tuple.Fields[0].Type.Branches[1].LogicalType, tuple.Fields[0].Type.Branches[1].IsAdjustedToUtc));
        }
    }

    /// <summary>Iceberg spec, Appendix A, "Parquet": int64 as TIMESTAMP_NANOS; Appendix D: bounds in nanoseconds.</summary>
    [Fact]
    public async Task Commit_ColumnOfNanoseconds_IsStoredAndBoundedSo()
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse("""{"id":4,"name":"t","required":false,"type":"timestamp_ns"}"""));
        var table = new WriteTable(before) { Schema = new Schema([new Field("id", Int64Type.Default, false), new Field("t", new TimestampType(TimeUnit.Nanosecond, (string?)null), true)], null) };
        TableWrite write = await table.PlanAsync();
        Location location = table.Root.Combine("data/a.parquet");
        using var batch = new RecordBatch(
            write.Schema, [new Int64Array.Builder().Append(1).Build(), new TimestampArray(new TimestampType(TimeUnit.Nanosecond, (string?)null), Nanoseconds(1_641_636_000_000_000_001), ArrowBuffer.Empty, 1, 0, 0)], 1);
        await using var writer = new ParquetFileWriter(await table.Store.CreateAsync(location, null, Stopping), location, write.Schema, new ParquetWriteOptions());
        await writer.WriteRowGroupAsync([batch], Stopping);
        ParquetFooter footer = await writer.CompleteAsync(Stopping);

        await table.CommitAsync(CopyMode.Append, "one", new WrittenFile("data/a.parquet", writer.Bytes, 1, [], footer.Metrics, footer.RowGroupOffsets()));

        using var stream = new MemoryStream(table.Store.Objects[location]);
        using var file = new ParquetSharp.ParquetFileReader(stream);
        Assert.Equal((ParquetSharp.TimeUnit.Nanos, false), file.FileMetaData.Schema.Column(1).LogicalType is ParquetSharp.TimestampLogicalType type ? (type.TimeUnit, type.IsAdjustedToUtc) : default);
        Assert.Equal(["a"], await table.FilesAsync("t = '2022-01-08T10:00:00.000000001'"));
        Assert.Empty(await table.FilesAsync("t = '2022-01-08T10:00:00.000000002'"));

        static ArrowBuffer Nanoseconds(long value) => new ArrowBuffer.Builder<long>().Append(value).Build();
    }

    [Theory]
    [InlineData("variant", "variant")]
    [InlineData("geometry", "geometry")]
    [InlineData("geography(srid:4326, karney)", "geography")]
    [InlineData("unknown", "unknown")]
    public async Task Plan_TypeIsNotWritten_IsRefusedByNameUnlessTheRowsLackIt(string type, string name)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"v","required":false,"type":"{{type}}"}"""));
        var table = new WriteTable(before);
        await table.PlanAsync();

        foreach (Field column in (Field[])[new("v", StringType.Default, true), new("v", BinaryType.Default, true), new Field("v", StringType.Default, true).AsVariant()])
        {
            table.Schema = new Schema([.. Columns.FieldsList, column], null);
            var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());
            Assert.Equal("iceberg.type_not_written", error.Code);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>"Default values": "the write default for a field must be written if a field is not supplied to a write".</summary>
    [Theory]
    [InlineData("\"initial-default\":1,\"write-default\":2", 2)]
    [InlineData("\"write-default\":2", 2)]
    // "If either default is not set for an optional field, then the default value is null": left out of files, it would be read as 1.
    [InlineData("\"initial-default\":1", null)]
    public async Task Plan_RowsLackAColumnWithADefault_IsFilled(string defaults, int? value)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"d","required":false,"type":"long",{{defaults}}}"""));

        TableWrite write = await new WriteTable(before).PlanAsync();

        Field filled = Assert.Single(write.Filled);
        Assert.Equal(("d", 4, value), (filled.Name, filled.FieldId(), (int?)(long?)filled.InitialDefault()?.Value));
        Assert.Same(filled, write.Schema.FieldsList[^1]);
        Assert.Equal(3, write.Columns.Count);
    }

    [Fact]
    public async Task Plan_RequiredColumnHasAWriteDefault_IsFilled()
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse("""{"id":4,"name":"d","required":true,"type":"string","initial-default":"a","write-default":"b"}"""));

        Assert.Equal("b"u8.ToArray(), Assert.Single((await new WriteTable(before).PlanAsync()).Filled).InitialDefault()!.Value);
    }

    /// <summary>"If the write default for a required field is not set, the writer must fail."</summary>
    [Theory]
    [InlineData("""{"id":4,"name":"d","required":true,"type":"long","initial-default":1}""", "iceberg.column_missing")]
    [InlineData("""{"id":4,"name":"d","required":false,"type":{"type":"struct","fields":[{"id":5,"name":"a","required":false,"type":"int"}]},"write-default":{}}""", "iceberg.default_not_written")]
    // Readers do not look at it, and it is none of the source's.
    [InlineData("""{"id":4,"name":"d","required":false,"type":"long","write-default":"five"}""", "iceberg.default_invalid")]
    public async Task Plan_RowsLackAColumnWhoseDefaultIsNotWritten_IsRefused(string column, string code)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse(column));

        var table = new WriteTable(before);
        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal(code, error.Code);
        Assert.Contains("'d'", error.Message, StringComparison.Ordinal);
        // Copies that were made before the column came are compared with what it has in their rows.
        IcebergSnapshot snapshot = await table.ReadAsync();
        Assert.Same(snapshot.Schema.FieldsList[^1], snapshot.InNewRows(snapshot.Schema.FieldsList[^1]));
    }

    /// <summary>Every row of a batch has it: longer ones would come to gigabytes.</summary>
    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public async Task Plan_DefaultIsLong_IsRefusedByName(int bytes, bool isWritten)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"d","required":false,"type":"string","write-default":"{{new string('x', bytes)}}"}"""));
        var table = new WriteTable(before);

        if (isWritten)
        {
            Assert.Single((await table.PlanAsync()).Filled);
            return;
        }

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());
        Assert.Equal("iceberg.default_too_long", error.Code);
        Assert.Contains("'d'", error.Message, StringComparison.Ordinal);
        Assert.Contains(table.Root.ToString(), error.Message, StringComparison.Ordinal);
    }

    /// <summary>"Schema Evolution" of version 3 promotes a table's own dates to timestamps; rows that have dates do not say which time of the day they mean.</summary>
    [Theory]
    [InlineData("timestamp")]
    [InlineData("timestamp_ns")]
    public async Task Plan_DatesIntoATimestamp_AreRefusedByName(string type)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse($$"""{"id":4,"name":"d","required":false,"type":"{{type}}"}"""));
        var table = new WriteTable(before) { Schema = new Schema([.. Columns.FieldsList, new Field("d", Date32Type.Default, true)], null) };

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal("iceberg.column_differs", error.Code);
        Assert.Contains($"'d' of the table '{table.Root}' is {type} there and date in the rows", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("initial-default")]
    [InlineData("write-default")]
    public async Task Plan_RowsLackAMemberWithADefault_IsRefused(string which)
    {
        TestTable before = Version3(0);
        before.Columns.Add(JsonNode.Parse($$$"""
            {"id":4,"name":"s","required":false,"type":{"type":"struct","fields":[{"id":5,"name":"a","required":false,"type":"int"},{"id":6,"name":"b","required":false,"type":"int","{{{which}}}":7}]}}
            """));
        var table = new WriteTable(before) { Schema = new Schema([.. Columns.FieldsList, new Field("s", new StructType([new Field("a", Int32Type.Default, true)]), true)], null) };

        var error = await Assert.ThrowsAsync<TargetException>(() => table.PlanAsync());

        Assert.Equal("iceberg.default_not_written", error.Code);
        Assert.Contains("'s.b'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>An empty table of version 3, whose next row would have this id.</summary>
    private static TestTable Version3(long nextRowId)
    {
        var table = new TestTable();
        (table.Metadata["format-version"], table.Metadata["next-row-id"]) = (3, nextRowId);
        return table;
    }

    /// <summary>Makes the table's second version.</summary>
    private static void Alter(WriteTable table, Action<JsonObject> change)
    {
        JsonObject document = table.Document();
        change(document);
        table.Store.Objects[table.Root.Combine("metadata/v2.metadata.json")] = Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static async Task<IEnumerable<(string, long)>> RowIdsAsync(WriteTable table) => (await table.TasksAsync())
        .Select(task => (task.File.Name.Replace(".parquet", "", StringComparison.Ordinal), task.FirstRowId!.Value)).Order();

    private static (long First, long Added, long Next) SnapshotRowIds(WriteTable table)
    {
        JsonNode snapshot = table.Document()["snapshots"]!.AsArray()[^1]!;
        return ((long)snapshot["first-row-id"]!, (long)snapshot["added-rows"]!, (long)table.Document()["next-row-id"]!);
    }

    private static Location ListOf(WriteTable table) => Location.Parse((string)table.Document()["snapshots"]!.AsArray()[^1]!["manifest-list"]!);

    private static async Task<IReadOnlyList<ManifestFile>> ManifestsAsync(WriteTable table) => await ManifestListReader.ReadAsync(table.Store, ListOf(table), Stopping).ToListAsync(Stopping);

    /// <summary>First row ids as they stand in the entries of a manifest, without what they inherit.</summary>
    private static async Task<IReadOnlyList<long?>> EntryIdsAsync(WriteTable table, ManifestFile manifest)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(table.Store, Location.Parse(manifest.Path), manifest.Length, Stopping);
        return await ManifestEntries.ReadAsync(file, manifest with { FirstRowId = null }, Stopping).Select(entry => entry.FirstRowId).ToListAsync(Stopping);
    }
}
