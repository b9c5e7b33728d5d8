using System.IO.Compression;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Mutations;

/// <summary>
/// Broken metadata, as seeds make it: nothing carries a checksum here, so the result is a plan or one of our errors, soon and within memory,
/// and never another exception.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class MutationTests
{
    private const string Data = "s3://lake/db/t/data";

    /// <summary>What one plan of a table of a few hundred bytes may allocate: headers and buffers, and a claim that is taken at its word nowhere.</summary>
    private const long MaxAllocatedBytes = 64 * 1024 * 1024;

    [Fact]
    public Task Plan_MetadataIsMutated_IsPlannedOrRefused()
    {
        TestTable table = NewTable(deflate: true);
        byte[] document = table.Store[table.WriteMetadata()];
        var mutator = new JsonMutator(document, seed: 1);
        return AssertBoundedAsync(table, "metadata/v1.metadata.json", rounds: 10_000, mutator.Mutate);
    }

    [Fact]
    public Task Plan_GzippedMetadataIsMutated_IsPlannedOrRefused()
    {
        TestTable table = NewTable(deflate: true);
        byte[] document = Gzip(table.Store[table.WriteMetadata()]);
        var mutator = new Mutator(seed: 2);
        return AssertBoundedAsync(table, "metadata/v1.metadata.json", rounds: 1_000, () => mutator.Mutate(document));
    }

    [Theory]
    [InlineData("metadata/snap-7.avro", false, 3_000)]
    [InlineData("metadata/snap-7.avro", true, 1_000)]
    [InlineData("metadata/m0.avro", false, 3_000)]
    [InlineData("metadata/m0.avro", true, 1_000)]
    [InlineData("metadata/m1.avro", false, 3_000)]
    public Task Plan_ManifestOrListIsMutated_IsPlannedOrRefused(string file, bool deflate, int rounds)
    {
        TestTable table = NewTable(deflate);
        table.WriteMetadata();
        byte[] good = table.Store[table.Root.Combine(file)];
        // Half of a small file is its schema; what follows it is where the lengths are.
        int data = good.AsSpan().LastIndexOf("]}"u8);
        var mutator = new Mutator(seed: file.Length + (deflate ? 1 : 0));
        return AssertBoundedAsync(table, file, rounds, () => mutator.Random.Next(3) == 0
            ? mutator.Mutate(good)
            : [.. good[..data], .. mutator.Mutate(good[data..])]);
    }

    private static TestTable NewTable(bool deflate)
    {
        TestFile[] data = [.. Enumerable.Range(0, 6).Select(i => new TestFile($"{Data}/{i}.parquet")
        {
            Partition = Partition(i),
            LowerBounds = new Dictionary<int, byte[]> { [1] = [1, 0, 0, 0, 0, 0, 0, 0], [2] = "a"u8.ToArray() },
            UpperBounds = new Dictionary<int, byte[]> { [1] = [9, 0, 0, 0, 0, 0, 0, 0], [2] = "z"u8.ToArray() },
            NullCounts = new Dictionary<int, long> { [1] = 0, [2] = 1 },
        })];
        TestFile[] deletes =
        [
            new TestFile($"{Data}/p.parquet")
            {
                Content = 1, Partition = Partition(0),
                LowerBounds = new Dictionary<int, byte[]> { [2147483546] = Encoding.UTF8.GetBytes($"{Data}/0.parquet") },
                UpperBounds = new Dictionary<int, byte[]> { [2147483546] = Encoding.UTF8.GetBytes($"{Data}/0.parquet") },
            },
            new TestFile($"{Data}/e.parquet") { Content = 2, Partition = Partition(1), EqualityIds = [2] },
            new TestFile($"{Data}/v.puffin")
            {
                Content = 1, Format = "puffin", Partition = Partition(2), ReferencedDataFile = $"{Data}/2.parquet", ContentOffset = 4, ContentBytes = 60,
            },
        ];
        TestTable table = new TestTable { ListCodec = deflate ? "deflate" : "null" }
            .WithSpec(0,
                """{"source-id":2,"field-id":1000,"name":"n","transform":"identity"}""",
                """{"source-id":3,"field-id":1001,"name":"at_day","transform":"day"}""",
                """{"source-id":1,"field-id":1002,"name":"b","transform":"bucket[16]"}""")
            .WithSnapshot(Manifest(data, deflate), Manifest(deletes, deflate) with { Content = 1, SequenceNumber = 2 });
        table.Columns.Add(System.Text.Json.Nodes.JsonNode.Parse("""
            {"id":4,"name":"tags","required":false,"type":{"type":"map","key-id":5,"key":"string","value-id":6,"value-required":false,
             "value":{"type":"struct","fields":[{"id":7,"name":"d","required":false,"type":"decimal(18,2)"}]}}}
            """));
        table.Metadata["properties"]!["schema.name-mapping.default"] = """[{"field-id":1,"names":["id","key"]}]""";
        return table;
    }

    private static byte[] Partition(int i) =>
        [.. AvroBytes.Some(AvroBytes.Text($"name {i}")), .. AvroBytes.Some(AvroBytes.Long(i)), .. AvroBytes.Some(AvroBytes.Long(i % 16))];

    private static TestManifest Manifest(TestFile[] files, bool deflate) => new(files)
    {
        Codec = deflate ? "deflate" : "null",
        PartitionFields =
        [
            """{"name":"n","type":["null","string"],"field-id":1000}""", """{"name":"d","type":["null","int"],"field-id":1001}""",
            """{"name":"b","type":["null","int"],"field-id":1002}""",
        ],
        Summaries =
        [
            TestManifest.Summary(false, null, "a"u8.ToArray(), "z"u8.ToArray()), TestManifest.Summary(false, null, [0, 0, 0, 0], [20, 0, 0, 0]),
            TestManifest.Summary(false, null, [0, 0, 0, 0], [15, 0, 0, 0]),
        ],
    };

    private static async Task AssertBoundedAsync(TestTable table, string file, int rounds, Func<byte[]> mutate)
    {
        Location broken = table.Root.Combine(file);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            table.Store[broken] = mutate();
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                await PlanAsync(table).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            }
            catch (BulkMoverException error)
            {
                Assert.NotEmpty(error.Code);
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"Round {round} of {file}: {error}");
            }

            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MaxAllocatedBytes);
        }

        // Were nearly all planned, the mutations would not have reached the readers.
        Assert.InRange(refused, rounds / 10, rounds);
    }

    private static async Task PlanAsync(TestTable table)
    {
        IcebergTable opened = await IcebergTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken);
        ITableSnapshot snapshot = await opened.OpenSnapshotAsync(null, TestContext.Current.CancellationToken);
        Filter? where = snapshot.Schema.FieldsList.Any(field => field.Name == "id") ? FilterParser.Parse("id = 5", snapshot.Schema) : null;
        await foreach (ScanTask task in snapshot.PlanAsync(new Scan(snapshot, null, where), TestContext.Current.CancellationToken))
        {
            Assert.True(task.Rows >= 0 && task.FileBytes >= 0);
            Assert.True(task.Deletes is null or { Bytes: >= 0 });
        }
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return compressed.ToArray();
    }
}
