using System.Text.Json.Nodes;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class PlanTests
{
    private const string Data = "s3://lake/db/t/data";

    [Fact]
    public async Task Plan_AddedAndExistingFiles_AreTasksDeletedOnesAreNot()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(
            new TestFile($"{Data}/a.parquet") { Status = 1, Rows = 5, Bytes = 50 },
            new TestFile($"{Data}/b.parquet") { Status = 2 },
            new TestFile($"{Data}/c.parquet") { Status = 0, Rows = 7, Bytes = 70 }));

        List<ScanTask> tasks = await table.PlanAsync();

        Assert.Equal([("a.parquet", 5, 50), ("c.parquet", 7, 70)], tasks.Select(task => (task.File.Name, task.Rows, task.FileBytes)));
        Assert.All(tasks, task => Assert.False(task.ConstantsWin));
    }

    // "Manifests": any codec of Avro; "write.avro.compression-codec" is gzip (deflate) or zstd in the reference implementation.
    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    [InlineData("zstandard")]
    public async Task Plan_ManifestInAnyCodec_IsRead(string codec)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a.parquet"), new TestFile($"{Data}/b.parquet")) { Codec = codec });

        Assert.Equal(["a.parquet", "b.parquet"], await table.PlanNamesAsync());
    }

    [Fact]
    public async Task Plan_ManyManifests_KeepsTheirOrderAtEveryCall()
    {
        TestTable table = new TestTable().WithSnapshot(Enumerable.Range(0, 30).Select(manifest => new TestManifest(
            [.. Enumerable.Range(0, 200 * (manifest % 5)).Select(file => new TestFile($"{Data}/{manifest}-{file}.parquet"))])));
        string[] expected = [.. Enumerable.Range(0, 30).SelectMany(manifest => Enumerable.Range(0, 200 * (manifest % 5)).Select(file => $"{manifest}-{file}.parquet"))];

        Assert.Equal(expected, await table.PlanNamesAsync());
        Assert.Equal(expected, await table.PlanNamesAsync());
    }

    [Fact]
    public async Task Plan_StoppedAfterFirstTask_ReadsOnlySomeManifestsAhead()
    {
        TestTable table = new TestTable().WithSnapshot(Enumerable.Range(0, 50).Select(i => new TestManifest(new TestFile($"{Data}/{i}.parquet"))));
        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();
        table.Store.Opened.Clear();

        ScanTask first = await snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken)
            .FirstAsync(TestContext.Current.CancellationToken);

        Assert.Equal("0.parquet", first.File.Name);
        Assert.InRange(table.Store.Opened.Count, 2, 12);
    }

    [Fact]
    public async Task Plan_ManifestIsMissing_ThrowsCorruptTableAfterTheFilesBefore()
    {
        TestTable table = new TestTable().WithSnapshot(
            new TestManifest(new TestFile($"{Data}/a.parquet")), new TestManifest(new TestFile($"{Data}/b.parquet")));
        table.Store.Remove(table.Root.Combine("metadata/m1.avro"));
        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();
        var planned = new List<string>();

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(async () =>
        {
            await foreach (ScanTask task in snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken))
                planned.Add(task.File.Name);
        });
        Assert.Equal(["a.parquet"], planned);
        Assert.Equal("iceberg.file_gone", error.Code);
        Assert.Contains("m1.avro", error.Message, StringComparison.Ordinal);
    }

    /// <summary>As when the snapshot expires between the table's metadata and its manifest list.</summary>
    [Fact]
    public async Task OpenSnapshot_ManifestListIsMissing_NamesItAndTheSnapshot()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a.parquet")));
        table.Store.Remove(table.Store.Locations.Single(location => location.Name.StartsWith("snap", StringComparison.Ordinal)));

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.OpenSnapshotAsync());

        Assert.Equal("iceberg.file_gone", error.Code);
        Assert.Contains($"snapshot {TestTable.SnapshotId}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Cancelled_ThrowsOperationCanceled()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest([.. Enumerable.Range(0, 5000).Select(i => new TestFile($"{Data}/{i}.parquet"))]));
        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();
        using var stopping = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ScanTask task in snapshot.PlanAsync(new Scan(snapshot, null, null), stopping.Token))
                await stopping.CancelAsync();
        });
    }

    [Theory]
    [InlineData("ORC")]
    [InlineData("puffin")]
    public async Task Plan_FileOfAnotherFormat_IsRefusedByName(string format)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Format = format }));

        UnsupportedFeatureException error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.PlanAsync());

        Assert.Equal("iceberg.feature_unsupported", error.Code);
        Assert.Contains($"{format.ToLowerInvariant()} data files", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_DataManifestListsDeleteFile_ThrowsCorruptTable()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Content = 1 }));

        Assert.Equal("iceberg.manifest_invalid", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(10, -1)]
    public async Task Plan_CountOrLengthIsNegative_ThrowsCorruptTable(long rows, long bytes)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Rows = rows, Bytes = bytes }));

        Assert.Equal("avro.block_invalid", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_ManifestOfSpecThatIsNotListed_ThrowsCorruptTable()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile($"{Data}/a")) { SpecId = 3 });

        Assert.Equal("iceberg.manifest_invalid", (await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync())).Code);
    }

    [Fact]
    public async Task Plan_IdentityPartitions_AreConstantsByEachManifestsOwnSpec()
    {
        // Partition evolution: the first manifest is partitioned by name, the second by id, its value a null, and a bucket of the name.
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":2,"field-id":1000,"name":"n","transform":"identity"}""")
            .WithSpec(1, """{"source-id":1,"field-id":1001,"name":"i","transform":"identity"}""", """{"source-id":2,"field-id":1002,"name":"b","transform":"bucket[4]"}""")
            .WithSnapshot(
                new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Text("x")) })
                {
                    PartitionFields = ["""{"name":"n","type":["null","string"],"field-id":1000}"""],
                },
                new TestManifest(new TestFile($"{Data}/b") { Partition = [.. AvroBytes.Some(AvroBytes.Long(3)), .. AvroBytes.Null] })
                {
                    SpecId = 1,
                    PartitionFields = ["""{"name":"b","type":["null","int"],"field-id":1002}""", """{"name":"i","type":["null","long"],"field-id":1001}"""],
                });

        List<ScanTask> tasks = await table.PlanAsync();

        KeyValuePair<string, Scalar> name = Assert.Single(tasks[0].Constants);
        Assert.Equal(("name", "x"), (name.Key, System.Text.Encoding.UTF8.GetString((byte[])name.Value.Value!)));
        KeyValuePair<string, Scalar> id = Assert.Single(tasks[1].Constants);
        Assert.Equal("id", id.Key);
        Assert.True(id.Value.IsNull);
        Assert.Equal(["id", "name"], (await table.OpenSnapshotAsync()).PartitionColumns);
    }

    /// <summary>Spec, "Partition Evolution": each file has the tuple of its own spec. "Schema Evolution": columns have other names since, and truncated values the wider type.</summary>
    [Fact]
    public async Task Plan_FilesOfSeveralSpecs_HaveTheTransformedValuesOfTheirOwn()
    {
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":1,"field-id":1000,"name":"t","transform":"truncate[10]"}""")
            .WithSpec(
                1, """{"source-id":1,"field-id":1000,"name":"t","transform":"void"}""", """{"source-id":2,"field-id":1001,"name":"b","transform":"bucket[4]"}""",
                """{"source-id":3,"field-id":1002,"name":"d","transform":"day"}""", """{"source-id":2,"field-id":1003,"name":"n","transform":"identity"}""")
            .WithSnapshot(
                new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Long(-10)) })
                {
                    PartitionFields = ["""{"name":"t","type":["null","int"],"field-id":1000}"""],
                },
                new TestManifest(new TestFile($"{Data}/b") { Partition = [.. AvroBytes.Null, .. AvroBytes.Some(AvroBytes.Long(3)), .. AvroBytes.Null, .. AvroBytes.Some(AvroBytes.Text("x"))] })
                {
                    SpecId = 1,
                    PartitionFields =
                    [
                        """{"name":"t","type":["null","long"],"field-id":1000}""", """{"name":"b","type":["null","int"],"field-id":1001}""",
                        """{"name":"d","type":["null","int"],"field-id":1002}""", """{"name":"n","type":["null","string"],"field-id":1003}""",
                    ],
                });
        table.Columns[1]!["name"] = "called";

        List<ScanTask> tasks = await table.PlanAsync();

        Assert.Equal([new TransformedValue("id", "truncate[10]", new Scalar(Int64Type.Default, -10L))], tasks[0].Transformed);
        Assert.Equal(
            [new TransformedValue("called", "bucket[4]", new Scalar(Int32Type.Default, 3L)), new TransformedValue("at", "day", new Scalar(Int32Type.Default, null))], tasks[1].Transformed);
    }

    /// <summary>Spec, "Bucket Transform Details": buckets are numbered from 0, and are ints ("Partition Transforms").</summary>
    [Theory]
    [InlineData("int", 4)]
    [InlineData("int", -1)]
    [InlineData("string", 0)]
    public async Task Plan_TupleHasNoBucket_ThrowsCorruptTable(string type, int value)
    {
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":2,"field-id":1000,"name":"b","transform":"bucket[4]"}""")
            .WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Long(value)) })
            {
                PartitionFields = [$$"""{"name":"b","type":["null","{{type}}"],"field-id":1000}"""],
            });

        await Assert.ThrowsAsync<CorruptTableException>(() => table.PlanAsync());
    }

    [Fact]
    public async Task Plan_Version1WithInlineManifests_TakesSpecFromEachManifest()
    {
        var table = new TestTable();
        JsonObject metadata = TableMetadataParserTests.Version1();
        metadata["current-snapshot-id"] = 5;
        metadata["snapshots"] = JsonNode.Parse("""[{"snapshot-id":5,"timestamp-ms":1,"manifests":["s3://lake/db/t/metadata/m.avro"]}]""");
        Location file = table.WriteMetadata();
        table.Store[file] = System.Text.Encoding.UTF8.GetBytes(metadata.ToJsonString());
        table.Store[table.Root.Combine("metadata/m.avro")] = new TestManifest(new TestFile($"{Data}/a") { Partition = AvroBytes.Some(AvroBytes.Long(3)) })
        {
            IsVersion1 = true,
            Codec = "null",
            PartitionFields = ["""{"name":"a","type":["null","int"],"field-id":1000}"""],
            Properties = new Dictionary<string, string> { ["partition-spec"] = """[{"name":"a","transform":"identity","source-id":1,"field-id":1000}]""" },
        }.Write();

        IcebergTable opened = await IcebergTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await opened.OpenSnapshotAsync(null, TestContext.Current.CancellationToken);
        ScanTask task = await snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3L, task.Constants["a"].Value);
    }

    [Fact]
    public async Task Plan_WriterLeftOutFieldIds_FindsFieldsByName()
    {
        // As ClickHouse writes its manifests and manifest lists.
        TestTable table = new TestTable()
            .WithSpec(0, """{"source-id":2,"field-id":1000,"name":"n","transform":"identity"}""")
            .WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Rows = 5, Partition = AvroBytes.Some(AvroBytes.Text("x")) })
            {
                PartitionFields = ["""{"name":"n","type":["null","string"],"field-id":1000}"""],
                Codec = "null",
            });
        foreach (Location file in table.Store.Locations.Where(file => file.Name.EndsWith(".avro", StringComparison.Ordinal)).ToList())
            table.Store[file] = TestTable.WithoutFieldIds(table.Store[file]);

        ScanTask task = Assert.Single(await table.PlanAsync());

        Assert.Equal((5L, "x"), (task.Rows, System.Text.Encoding.UTF8.GetString((byte[])task.Constants["name"].Value!)));
    }

    [Theory]
    [InlineData(1, null, null, false, 12, 7)]
    [InlineData(1, 9L, 3L, false, 9, 3)]
    [InlineData(0, null, 3L, false, 12, 3)]
    [InlineData(1, 9L, null, true, 9, 0)]
    [InlineData(0, 9L, null, true, 9, 0)]
    public async Task ReadManifest_EntryWithoutIdOrNumber_InheritsThem(
        int status, long? snapshotId, long? number, bool version1, long expectedSnapshot, long expectedNumber)
    {
        // Iceberg spec, "Sequence Number Inheritance": only added entries inherit the number; v1 manifests have none, it is 0 for all files.
        var table = new TestTable();
        Location location = table.Root.Combine("m.avro");
        table.Store[location] = new TestManifest(new TestFile("a") { Status = status, SnapshotId = snapshotId, SequenceNumber = number }) { IsVersion1 = version1 }.Write();
        await using AvroFileReader file = await AvroFileReader.OpenAsync(table.Store, location, null, TestContext.Current.CancellationToken);
        var manifest = new ManifestFile { Path = "m", SequenceNumber = 7, AddedSnapshotId = 12 };
        TableMetadata metadata = TableMetadataParser.Parse(System.Text.Encoding.UTF8.GetBytes(table.Metadata.ToJsonString()), "f");
        var reader = new ManifestReader(file, manifest, new PartitionReader(new PartitionSpec(0, []), metadata.CurrentSchema), new MetricsReader([]));

        DataFile entry = await reader.ReadAsync(TestContext.Current.CancellationToken).SingleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((expectedSnapshot, expectedNumber), (entry.SnapshotId, entry.SequenceNumber));
    }
}
