using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Whatever the bytes are, the result is a plan or one of our errors, soon.</summary>
public sealed class HostileBytesTests
{
    private const string Data = "s3://lake/db/t/data";

    [Theory]
    [InlineData("metadata/v1.metadata.json", false)]
    [InlineData("metadata/snap-7.avro", false)]
    [InlineData("metadata/snap-7.avro", true)]
    [InlineData("metadata/m0.avro", false)]
    [InlineData("metadata/m0.avro", true)]
    public async Task Plan_FlippedBytes_ThrowsNothingButOurErrors(string file, bool deflate)
    {
        TestTable table = NewTable(deflate);
        table.WriteMetadata();
        Location broken = table.Root.Combine(file);
        byte[] good = table.Store[broken];
        var random = new Random(file.Length + (deflate ? 1 : 0));
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < 1500; round++)
        {
            byte[] bytes = [.. good];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            table.Store[broken] = round % 10 == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            await PlanAsync(table);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 120);
    }

    private static TestTable NewTable(bool deflate) => new TestTable()
        .WithSpec(0,
            """{"source-id":2,"field-id":1000,"name":"n","transform":"identity"}""",
            """{"source-id":3,"field-id":1001,"name":"at_day","transform":"day"}""",
            """{"source-id":1,"field-id":1002,"name":"b","transform":"bucket[16]"}""")
        .WithSnapshot(new TestManifest([.. Enumerable.Range(0, 20).Select(i => new TestFile($"{Data}/{i}.parquet")
        {
            Partition = [.. AvroBytes.Some(AvroBytes.Text($"name {i}")), .. AvroBytes.Some(AvroBytes.Long(i)), .. AvroBytes.Some(AvroBytes.Long(i % 16))],
            LowerBounds = new Dictionary<int, byte[]> { [1] = [1, 0, 0, 0, 0, 0, 0, 0], [2] = "a"u8.ToArray() },
            UpperBounds = new Dictionary<int, byte[]> { [1] = [9, 0, 0, 0, 0, 0, 0, 0], [2] = "z"u8.ToArray() },
            NullCounts = new Dictionary<int, long> { [1] = 0, [2] = 1 },
        })])
        {
            Deflate = deflate,
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
        });

    private static async Task PlanAsync(TestTable table)
    {
        try
        {
            IcebergTable opened = await IcebergTable.OpenAsync(table.Store, table.Root, TestContext.Current.CancellationToken);
            ITableSnapshot snapshot = await opened.OpenSnapshotAsync(null, TestContext.Current.CancellationToken);
            var where = snapshot.Schema.FieldsList.Any(field => field.Name == "id") ? Core.Filters.FilterParser.Parse("id = 5", snapshot.Schema) : null;
            await foreach (ScanTask task in snapshot.PlanAsync(new Scan(snapshot, null, where), TestContext.Current.CancellationToken))
                Assert.True(task.Rows >= 0 && task.FileBytes >= 0);
        }
        catch (BulkMoverException error)
        {
            Assert.NotEmpty(error.Message);
        }
    }
}
