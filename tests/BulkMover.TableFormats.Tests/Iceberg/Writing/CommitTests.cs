using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Avro;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.Writing.WriteTable;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>Commits to tables whose directory tells their versions.</summary>
public class CommitTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_NewTable_IsReadBack()
    {
        var table = new WriteTable();

        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10), File("b", 11, 20));

        Assert.Equal(["a", "b"], await table.FilesAsync());
        Assert.Equal(["b"], await table.FilesAsync("id > 10"));
        Assert.All(await table.TasksAsync(), task => Assert.Equal((10, 1000), (task.Rows, task.FileBytes)));
        Assert.Equal("1", Encoding.UTF8.GetString(table.Store.Objects[table.Root.Combine("metadata/version-hint.text")]));
        Assert.Equal((2, 3, 1), ((int)table.Document()["format-version"]!, (int)table.Document()["last-column-id"]!, (int)table.Document()["last-sequence-number"]!));
        Assert.Equal("s3://lake/db/t", (string?)table.Document()["location"]);
    }

    [Fact]
    public async Task Commit_NewTable_SummaryCountsWhatIsAdded()
    {
        var table = new WriteTable();

        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10), File("b", 11, 30));

        JsonObject summary = table.Summary();
        Assert.Equal(
            ("append", "2", "30", "2000", "30", Transfer("one").Value, "1"),
            ((string?)summary["operation"], (string?)summary["added-data-files"], (string?)summary["added-records"], (string?)summary["added-files-size"],
                (string?)summary["total-records"], (string?)summary["bulkmover.transfer-id"], (string?)summary["bulkmover.commit"]));
        Assert.All(["bulkmover.source", "bulkmover.source-snapshot"], name => Assert.NotNull((string?)summary[name]));
    }

    [Fact]
    public async Task Commit_Append_KeepsTheFilesThatAreThere()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10));

        await table.CommitAsync(CopyMode.Append, "two", File("b", 11, 20));

        Assert.Equal(["a", "b"], await table.FilesAsync());
        Assert.Equal(["a"], await table.FilesAsync("id < 5"));
        Assert.Equal(("10", "20", "2"), ((string?)table.Summary()["added-records"], (string?)table.Summary()["total-records"], (string?)table.Summary()["total-data-files"]));
        JsonArray snapshots = table.Document()["snapshots"]!.AsArray();
        Assert.Equal((long)snapshots[0]!["snapshot-id"]!, (long)snapshots[1]!["parent-snapshot-id"]!);
        Assert.Equal((2, 2, 1), ((int)snapshots[1]!["sequence-number"]!, table.Document()["snapshot-log"]!.AsArray().Count, table.Document()["metadata-log"]!.AsArray().Count));
        Assert.Equal("s3://lake/db/t/metadata/v1.metadata.json", (string?)table.Document()["metadata-log"]![0]!["metadata-file"]);
    }

    [Fact]
    public async Task Commit_Replace_LeavesNothingOfWhatWasThereButInTheHistory()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10), File("b", 11, 20));
        string before = (await table.ReadAsync()).Id, uuid = (string)table.Document()["table-uuid"]!;

        await table.CommitAsync(CopyMode.Replace, "two", File("c", 1, 5));

        Assert.Equal(["c"], await table.FilesAsync());
        Assert.Equal(["a", "b"], await table.FilesAsync(selector: before));
        Assert.Equal(
            ("overwrite", "2", "20", "2000", "5", "1"),
            ((string?)table.Summary()["operation"], (string?)table.Summary()["deleted-data-files"], (string?)table.Summary()["deleted-records"],
                (string?)table.Summary()["removed-files-size"], (string?)table.Summary()["total-records"], (string?)table.Summary()["total-data-files"]));
        Assert.Equal(uuid, (string?)table.Document()["table-uuid"]);
    }

    [Fact]
    public async Task Commit_ReplaceTwice_ForgetsWhatWasDeletedBefore()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));
        await table.CommitAsync(CopyMode.Replace, "two", File("b"));

        await table.CommitAsync(CopyMode.Replace, "three", File("c"));

        Assert.Equal(["c"], await table.FilesAsync());
        Assert.Equal("1", (string?)table.Summary()["deleted-data-files"]);
    }

    [Fact]
    public async Task Commit_ReplaceWithDeleteFiles_TakesTheDeletesAway()
    {
        TestTable before = new TestTable().WithSnapshot(
            new TestManifest(new TestFile("s3://lake/db/t/data/a.parquet") { Rows = 30 }),
            new TestManifest(new TestFile("s3://lake/db/t/data/d.parquet") { Content = 1, Rows = 3 }) { Content = 1 },
            new TestManifest(new TestFile("s3://lake/db/t/data/e.parquet") { Content = 2, Rows = 2, EqualityIds = [1] }) { Content = 1 });
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Replace, "one", File("b"));

        Assert.Equal(["b"], await table.FilesAsync());
        Assert.Equal(
            ("1", "30", "2", "3", "2", "0"),
            ((string?)table.Summary()["deleted-data-files"], (string?)table.Summary()["deleted-records"], (string?)table.Summary()["removed-delete-files"],
                (string?)table.Summary()["removed-position-deletes"], (string?)table.Summary()["removed-equality-deletes"], (string?)table.Summary()["total-delete-files"]));
    }

    [Fact]
    public async Task Commit_AppendToATableOfAnotherWriter_KeepsItsFilesAndDeletes()
    {
        TestTable before = new TestTable().WithSnapshot(
            new TestManifest(new TestFile("s3://lake/db/t/data/a.parquet"), new TestFile("s3://lake/db/t/data/x.parquet") { Status = 2 }),
            new TestManifest(new TestFile("s3://lake/db/t/data/y.parquet") { Status = 2 }),
            new TestManifest(new TestFile("s3://lake/db/t/data/e.parquet") { Content = 2, EqualityIds = [1] }) { Content = 1, SequenceNumber = 2 });
        before.Metadata["last-sequence-number"] = 2;
        before.Metadata["statistics"] = new JsonArray(new JsonObject { ["snapshot-id"] = 7, ["future"] = true });
        before.Metadata["of-tomorrow"] = new JsonObject { ["x"] = 1.50m };
        before.Metadata["refs"]!["main"] = new JsonObject { ["snapshot-id"] = 7, ["type"] = "branch", ["max-ref-age-ms"] = 99 };
        before.Metadata["refs"]!["audit"] = new JsonObject { ["snapshot-id"] = 7, ["type"] = "tag" };
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Append, "one", File("b"));

        Assert.Equal(["a", "b"], await table.FilesAsync());
        Assert.Equal([true, false], (await table.TasksAsync()).OrderBy(task => task.File.Name, StringComparer.Ordinal).Select(task => task.Deletes is not null));
        JsonObject document = table.Document();
        Assert.Equal("""{"x":1.50}""", document["of-tomorrow"]!.ToJsonString());
        Assert.True((bool)document["statistics"]![0]!["future"]!);
        Assert.Equal((99, 7), ((int)document["refs"]!["main"]!["max-ref-age-ms"]!, (int)document["refs"]!["audit"]!["snapshot-id"]!));
    }

    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Commit_AnotherCommitSlipsIn_IsMadeOnIt(CopyMode mode)
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));
        bool slipped = false;
        table.Store.BeforePutNew = async location =>
        {
            if (slipped || location.Name != "v2.metadata.json")
                return;
            slipped = true;
            await table.CommitAsync(CopyMode.Append, "other", File("b"));
        };

        await table.CommitAsync(mode, "two", File("c"));

        Assert.Equal(mode == CopyMode.Append ? ["a", "b", "c"] : ["c"], await table.FilesAsync());
        Assert.Equal([1, 2, 3], table.Document()["snapshots"]!.AsArray().Select(snapshot => (int)snapshot!["sequence-number"]!));
        // Nothing is left of the try that came too late.
        Assert.Equal(3, table.Store.Objects.Locations.Count(location => location.Name.StartsWith("snap-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Commit_OthersAreAlwaysFaster_EndsWithAnError()
    {
        var table = new WriteTable();
        int others = 0;
        table.Store.BeforePutNew = async location =>
        {
            Func<Location, Task> hook = table.Store.BeforePutNew;
            table.Store.BeforePutNew = _ => Task.CompletedTask;
            await table.CommitAsync(CopyMode.Append, $"other {++others}", File($"o{others}"));
            table.Store.BeforePutNew = hook;
        };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => table.CommitAsync(CopyMode.Append, "one", File("a")));

        Assert.Equal(("iceberg.commit_conflict", 5), (error.Code, others));
    }

    [Fact]
    public async Task Commit_Repeated_DoesNothing()
    {
        var table = new WriteTable();
        TargetRequest request = table.Request(CopyMode.Create);
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        TableCommit commit = Commit(request, write, 1, File("a"));
        await table.Target.CommitAsync(commit, Stopping);
        Assert.Equal(1, await table.Target.LastCommitAsync(request.Transfer, Stopping));
        await table.CommitAsync(CopyMode.Append, "two", File("b"));
        int objects = table.Store.Objects.Locations.Count();

        await table.Target.CommitAsync(commit, Stopping);

        Assert.Equal(["a", "b"], await table.FilesAsync());
        Assert.Equal((objects, 0L), (table.Store.Objects.Locations.Count(), await table.Target.LastCommitAsync(Transfer("three"), Stopping)));
    }

    [Theory]
    [InlineData("-m0.avro")]
    [InlineData("snap-")]
    [InlineData("v1.metadata.json")]
    public async Task Commit_FailsOnTheWay_LeavesTheTableAsItWasAndIsRepeated(string failing)
    {
        var table = new WriteTable();
        TargetRequest request = table.Request(CopyMode.Create);
        TableCommit commit = Commit(request, await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping), 1, File("a"));
        table.Store.Fails = name => name.Contains(failing, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EnvironmentException>(() => table.Target.CommitAsync(commit, Stopping));
        Assert.Equal(0, await table.Target.LastCommitAsync(request.Transfer, Stopping));

        table.Store.Fails = _ => false;
        await table.Target.CommitAsync(commit, Stopping);

        Assert.Equal(["a"], await table.FilesAsync());
    }

    [Fact]
    public async Task Commit_HintCannotBeWritten_IsCommittedAndFound()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));
        table.Store.Fails = name => name == "version-hint.text";

        await table.CommitAsync(CopyMode.Append, "two", File("b"));

        Assert.Equal(["a", "b"], await table.FilesAsync());
    }

    [Fact]
    public async Task Commit_NoFiles_MakesATableWithoutRows()
    {
        var table = new WriteTable();

        await table.CommitAsync(CopyMode.Create, "one");

        Assert.Empty(await table.TasksAsync());
        Assert.Equal(1, await table.Target.LastCommitAsync(Transfer("one"), Stopping));
        await table.CommitAsync(CopyMode.Create, "two", File("a"));
        Assert.Equal(["a"], await table.FilesAsync());
    }

    [Fact]
    public async Task Commit_ManyFiles_AreWrittenAsSeveralManifests()
    {
        var table = new WriteTable { Options = new() { ManifestBytes = 20_000 } };
        WrittenFile[] files = [.. Enumerable.Range(0, 5000).Select(number => File($"{number:0000}", number, number + 1))];

        await table.CommitAsync(CopyMode.Create, "one", files);

        Assert.Equal(5000, (await table.TasksAsync()).Count);
        Assert.InRange(table.Store.Objects.Locations.Count(location => location.Name.Contains("-m", StringComparison.Ordinal)), 2, 100);
    }

    [Fact]
    public async Task Commit_TwiceAsMany_EndsWithTheLogOfTheLengthThatTheTableWants()
    {
        TestTable before = new();
        before.Metadata["properties"]!["write.metadata.previous-versions-max"] = "2";
        var table = new WriteTable(before);

        foreach (string transfer in new[] { "one", "two", "three" })
            await table.CommitAsync(CopyMode.Append, transfer, File(transfer));

        Assert.Equal(
            ["s3://lake/db/t/metadata/v2.metadata.json", "s3://lake/db/t/metadata/v3.metadata.json"],
            table.Document()["metadata-log"]!.AsArray().Select(entry => (string)entry!["metadata-file"]!));
    }

    [Fact]
    public async Task Commit_MetadataIsGzipped_StaysSo()
    {
        var before = new TestTable();
        byte[] json = before.Store[before.WriteMetadata()];
        before.Store.Remove(before.Root.Combine("metadata/v1.metadata.json"));
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(json);
        var table = new WriteTable();
        table.Store.Objects[table.Root.Combine("metadata/v1.gz.metadata.json")] = compressed.ToArray();

        await table.CommitAsync(CopyMode.Append, "one", File("a"));

        Assert.Contains(table.Root.Combine("metadata/v2.gz.metadata.json"), table.Store.Objects.Locations);
        Assert.Equal(["a"], await table.FilesAsync());
    }

    [Theory]
    [InlineData("gzip", "v2.gz.metadata.json")]
    [InlineData("none", "v2.metadata.json")]
    public async Task Commit_TableSaysWhetherMetadataIsGzipped_IsNamedSo(string codec, string name)
    {
        TestTable before = new();
        before.Metadata["properties"]!["write.metadata.compression-codec"] = codec;
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Append, "one", File("a"));

        Assert.Contains(table.Root.Combine($"metadata/{name}"), table.Store.Objects.Locations);
        Assert.Equal(["a"], await table.FilesAsync());
    }

    [Fact]
    public async Task Commit_Replace_DeletedEntriesKeepTheirSequenceNumbers()
    {
        TestTable before = new TestTable().WithSnapshot(
            new TestManifest(
                new TestFile("s3://lake/db/t/data/a.parquet") { Rows = 30 }, new TestFile("s3://lake/db/t/data/b.parquet") { Status = 0, SequenceNumber = 3 },
                new TestFile("s3://lake/db/t/data/c.parquet") { Status = 2, SequenceNumber = 2 }) { SequenceNumber = 5, Properties = new Dictionary<string, string> { ["schema"] = "{}" } },
            new TestManifest(new TestFile("s3://lake/db/t/data/d.parquet")) { IsVersion1 = true });
        before.Metadata["last-sequence-number"] = 5;
        var table = new WriteTable(before);

        await table.CommitAsync(CopyMode.Replace, "one", File("n"));

        List<ManifestFile> manifests = await ManifestListReader.ReadAsync(
            table.Store, Location.Parse((string)table.Document()["snapshots"]![1]!["manifest-list"]!), Stopping).ToListAsync(Stopping);
        Assert.Equal(
            [new ManifestCounts(1, 0, 0, 10, 0, 0), new ManifestCounts(0, 0, 2, 0, 0, 40), new ManifestCounts(0, 0, 1, 0, 0, 10)], manifests.Select(manifest => manifest.Counts!.Value));
        Assert.All(manifests, manifest => Assert.Equal((6, 6), (manifest.SequenceNumber, manifest.MinSequenceNumber)));
        Assert.Equal([(true, 5, 5), (true, 3, 3)], await EntriesAsync(table, manifests[1]));
        Assert.Equal([(true, 0, 0)], await EntriesAsync(table, manifests[2]));
        Assert.Equal([(false, 6, 6)], await EntriesAsync(table, manifests[0]));
    }

    [Fact]
    public async Task Commit_Manifest_TellsWhatItsFilesAreOf()
    {
        var table = new WriteTable { Options = new() { PartitionBy = ["day(at)"] } };
        await table.CommitAsync(CopyMode.Create, "one", File("a", 1, 10, Int(5)));
        Location manifest = table.Store.Objects.Locations.Single(location => location.Name.EndsWith("-m0.avro", StringComparison.Ordinal));

        await using AvroFileReader file = await AvroFileReader.OpenAsync(table.Store, manifest, null, Stopping);

        Assert.Equal(table.Document()["schemas"]![0]!.ToJsonString(), file.Property("schema"));
        Assert.Equal(table.Document()["partition-specs"]![0]!["fields"]!.ToJsonString(), file.Property("partition-spec"));
        Assert.Equal(["0", "0", "2", "data", "deflate"], new[] { "schema-id", "partition-spec-id", "format-version", "content", "avro.codec" }.Select(file.Property));
        AvroField partition = file.Schema.Fields.Single(field => field.Name == "data_file").Type.Fields.Single(field => field.FieldId == 102);
        Assert.Equal((1000, "at_day", "date"), (partition.Type.Fields[0].FieldId, partition.Type.Fields[0].Name, partition.Type.Fields[0].Type.Branches[1].LogicalType));
    }

    /// <summary>Iceberg spec, "Data File Fields": 137, <c>nan_value_counts</c>, a map from 138 to 139.</summary>
    [Fact]
    public async Task Commit_NansOfSomeColumnsAreKnown_CountsThoseOfNoOthers()
    {
        var table = new WriteTable();
        WrittenFile file = File("a") with { Columns = [new LeafMetrics(["id"], 1, 100, 10, 0, Long(1), Long(10)) { Nans = 3 }, new LeafMetrics(["name"], 2, 100, 10, 0, null, null)] };
        await table.CommitAsync(CopyMode.Create, "one", file);
        Location manifest = table.Store.Objects.Locations.Single(location => location.Name.EndsWith("-m0.avro", StringComparison.Ordinal));

        await using AvroFileReader reader = await AvroFileReader.OpenAsync(table.Store, manifest, null, Stopping);
        AvroBlock block = await reader.ReadBlocksAsync(Stopping).SingleAsync(Stopping);

        Assert.Equal([(1, 3)], CountsOf(reader.Schema, 137, 138, 139, block));

        static List<(long Key, long Value)> CountsOf(AvroType entry, int map, int key, int value, AvroBlock block)
        {
            var decoder = new AvroDecoder(block.Data.Span, "manifest");
            var counts = new List<(long, long)>();
            foreach (AvroField field in entry.Fields.SelectMany(field => field.FieldId == 2 ? field.Type.Fields : [field]))
            {
                if (field.FieldId != map)
                {
                    decoder.Skip(field.Type);
                    continue;
                }

                AvroType array = decoder.ReadBranch(field.Type);
                Assert.Equal([key, value], array.Items!.Fields.Select(item => item.FieldId));
                for (long count = decoder.ReadItemCount(array); count > 0; count = decoder.ReadItemCount(array))
                {
                    for (long i = 0; i < count; i++)
                        counts.Add((decoder.ReadLong(), decoder.ReadLong()));
                }
            }

            return counts;
        }
    }

    private static async Task<List<(bool IsDeleted, long? SequenceNumber, long? FileSequenceNumber)>> EntriesAsync(WriteTable table, ManifestFile manifest)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(table.Store, Location.Parse(manifest.Path), manifest.Length, Stopping);
        return await ManifestEntries.ReadAsync(file, manifest, Stopping)
            .Select(entry => (entry.IsDeleted, entry.SequenceNumber, entry.FileSequenceNumber)).ToListAsync(Stopping);
    }

    [Fact]
    public async Task Commit_ColumnWasDroppedMeanwhile_IsRefused()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));
        TargetRequest request = table.Request(CopyMode.Append, "two");
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        JsonObject changed = table.Document();
        changed["schemas"]![0]!["fields"]!.AsArray().RemoveAt(1);
        table.Store.Objects[table.Root.Combine("metadata/v2.metadata.json")] = Encoding.UTF8.GetBytes(changed.ToJsonString());

        var error = await Assert.ThrowsAsync<TargetException>(() => table.Target.CommitAsync(Commit(request, write, 1, File("b")), Stopping));

        Assert.Equal("iceberg.table_changed", error.Code);
    }

    [Fact]
    public async Task Commit_NewColumn_IsAddedWithASchemaOfItsOwn()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", File("a"));
        table.Schema = new Schema([.. Columns.FieldsList, new Field("more", Int32Type.Default, nullable: false)], null);

        await table.CommitAsync(CopyMode.Append, "two", File("b"));

        JsonObject document = table.Document();
        Assert.Equal((1, 4, 2), ((int)document["current-schema-id"]!, (int)document["last-column-id"]!, document["schemas"]!.AsArray().Count));
        Assert.Equal("""{"id":4,"name":"more","required":false,"type":"int"}""", document["schemas"]![1]!["fields"]![3]!.ToJsonString());
        Assert.Equal(1, (int)document["snapshots"]![1]!["schema-id"]!);
        Assert.Equal(["a", "b"], await table.FilesAsync());
    }

    [Fact]
    public async Task Commit_FilesWithoutFieldIds_GetANameMapping()
    {
        var table = new WriteTable();

        await table.CommitAsync(CopyMode.Create, "one", WithoutIds("a"));

        Assert.Equal(
            """[{"field-id":1,"names":["id"]},{"field-id":2,"names":["name"]},{"field-id":3,"names":["at"]}]""",
            (string?)table.Document()["properties"]!["schema.name-mapping.default"]);
        Assert.Empty(await table.FilesAsync("id > 10"));
    }

    [Fact]
    public async Task Commit_FilesWithoutFieldIdsAgain_KeepsTheMapping()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", WithoutIds("a"));
        string? mapping = (string?)table.Document()["properties"]!["schema.name-mapping.default"];

        Assert.True((await table.PlanAsync()).AdoptsFilesWithoutIds);
        await table.CommitAsync(CopyMode.Append, "two", WithoutIds("b"));

        Assert.Equal(["a", "b"], await table.FilesAsync());
        Assert.Equal(mapping, (string?)table.Document()["properties"]!["schema.name-mapping.default"]);
    }

    [Fact]
    public async Task Commit_MappingWasAlteredMeanwhile_IsRefused()
    {
        var table = new WriteTable();
        await table.CommitAsync(CopyMode.Create, "one", WithoutIds("a"));
        TargetRequest request = table.Request(CopyMode.Append, "two");
        TableWrite write = await table.Target.PlanAsync(request, hasBegun: Task.FromResult(false), TestContext.Current.CancellationToken);
        JsonObject document = table.Document();
        document["properties"]!["schema.name-mapping.default"] = """[{"field-id":2,"names":["id"]},{"field-id":1,"names":["name"]},{"field-id":3,"names":["at"]}]""";
        table.Store.Objects[table.Root.Combine("metadata/v2.metadata.json")] = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());

        var error = await Assert.ThrowsAsync<TargetException>(() => table.Target.CommitAsync(WriteTable.Commit(request, write, 2, WithoutIds("b")), TestContext.Current.CancellationToken));

        Assert.Equal("iceberg.table_changed", error.Code);
    }

    private static WrittenFile WithoutIds(string name) => File(name) with { Columns = [new LeafMetrics(["id"], null, 100, 10, 0, Long(1), Long(10))] };
}
