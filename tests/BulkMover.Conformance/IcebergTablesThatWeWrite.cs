using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Stores;
using ParquetSharp.Arrow;
using Xunit;

namespace BulkMover.Conformance;

/// <summary>Iceberg tables of this project, read by the embedded ClickHouse with its own readers of Avro, JSON and Iceberg.</summary>
public sealed class IcebergTablesThatWeWrite(ClickHouseServerFixture server)
{
    private const int RowsOfFile = 20;

    private static readonly Schema Rows = new(
    [
        new Field("id", Int64Type.Default, nullable: false), new Field("name", StringType.Default, nullable: true),
        new Field("at", new TimestampType(TimeUnit.Microsecond, "UTC"), nullable: true), new Field("part", StringType.Default, nullable: true),
    ], null);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>In format version 2, and in a table that is upgraded to 3 when it has rows.</summary>
    [Theory]
    [InlineData(2, "plain")]
    [InlineData(2, "part")]
    [InlineData(2, "day(at)", "bucket(4, id)", "truncate(1, name)")]
    [InlineData(3, "plain")]
    [InlineData(3, "day(at)", "bucket(4, id)", "truncate(1, name)")]
    public async Task ClickHouse_ReadsWhatWasCommitted(int version, params string[] terms)
    {
        string name = $"written_{version}_{terms.Length}_{terms[0].Replace('(', '_').Replace(')', '_')}", directory = Path.Combine(server.FilesDirectory, name);
        var store = new WritableMemoryStore(new MemoryObjectStore());
        var target = IcebergTarget.OfDirectory(store, Location.OnDisk(directory), new() { PartitionBy = terms[0] == "plain" ? [] : terms });

        await CommitAsync(target, CopyMode.Create, directory, 1, 2);
        Assert.Equal($"{2 * RowsOfFile}\t{Sum(1, 2)}", await ReadAsync(store, name, "count(), sum(id)"));

        if (version == 3)
            await UpgradeAsync(store, directory, name);
        await CommitAsync(target, CopyMode.Append, directory, 3);
        Assert.Equal($"{3 * RowsOfFile}\t{Sum(1, 2, 3)}", await ReadAsync(store, name, "count(), sum(id)"));
        Assert.Equal($"{RowsOfFile}\tn3 59", await ReadAsync(store, name, "count(), max(name)", "part = 'p3'"));
        Assert.Equal($"1\tn2 25\t1970-01-03 00:00:00.000025", await ReadAsync(store, name, "count(), any(name), any(at)", "id = 25"));
        Assert.Equal("0", await ReadAsync(store, name, "count()", "id > 1000"));

        await CommitAsync(target, CopyMode.Replace, directory, 4);
        Assert.Equal($"{RowsOfFile}\t{Sum(4)}", await ReadAsync(store, name, "count(), sum(id)"));
    }

    private static long Sum(params int[] files) => files.Sum(file => Enumerable.Range((file - 1) * RowsOfFile, RowsOfFile).Sum(id => (long)id));

    private async Task<string> ReadAsync(WritableMemoryStore store, string name, string select, string where = "1")
    {
        foreach (Location location in store.Objects.Locations)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(location.Path)!);
            await File.WriteAllBytesAsync(location.Path, store.Objects[location], Stopping);
        }

        return (await server.QueryAsync($"SELECT {select} FROM icebergLocal('{name}') WHERE {where} SETTINGS session_timezone = 'UTC'", Stopping)).TrimEnd();
    }

    private async Task UpgradeAsync(WritableMemoryStore store, string directory, string name)
    {
        await LakeCopies.UpgradeAsync(directory, Stopping);
        foreach (string file in (string[])["v2.metadata.json", "version-hint.text"])
            store.Objects[Location.OnDisk(Path.Combine(directory, "metadata", file))] = await File.ReadAllBytesAsync(Path.Combine(directory, "metadata", file), Stopping);
        Assert.Equal($"{2 * RowsOfFile}", await ReadAsync(store, name, "count()"));
    }

    private static async Task CommitAsync(IcebergTarget target, CopyMode mode, string directory, params int[] numbers)
    {
        var request = new TargetRequest(TransferId.Of(string.Join(',', numbers)), new TransferOrigin("c", "s", "t", "1"), Rows, mode, []);
        TableWrite write = await target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping);
        WrittenFile[] files = [.. numbers.Select(number => Write(write, directory, $"{target.FilesDirectory(request.Transfer, 1)}/{number}.parquet", number))];
        await target.CommitAsync(new TableCommit(request, write, 1, DateTimeOffset.UtcNow, files.Sum(file => file.Rows), _ => files.ToAsyncEnumerable()), Stopping);
    }

    /// <summary>
    /// Rows of one part and one day. Their ids lie in several buckets, which no file of such a table may have: the tuple names that of 25, the
    /// only id that is asked for.
    /// </summary>
    private static WrittenFile Write(TableWrite write, string directory, string below, int number)
    {
        long first = (number - 1) * RowsOfFile;
        long[] ids = [.. Enumerable.Range(0, RowsOfFile).Select(i => first + i)];
        long Micros(long id) => (number * 86_400_000_000L) + id;
        using var batch = new RecordBatch(write.Schema,
        [
            new Int64Array.Builder().AppendRange(ids).Build(), new StringArray.Builder().AppendRange(ids.Select(id => $"n{number} {id}")).Build(),
            new TimestampArray.Builder((TimestampType)write.Schema.GetFieldByName("at").DataType).AppendRange(ids.Select(id => DateTimeOffset.UnixEpoch.AddMicroseconds(Micros(id)))).Build(),
            new StringArray.Builder().AppendRange(ids.Select(_ => $"p{number}")).Build(),
        ], RowsOfFile);
        string path = Path.Combine(directory, below);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var writer = new FileWriter(path, write.Schema))
        {
            writer.WriteRecordBatch(batch);
            writer.Close();
        }

        Scalar Text(string text) => new(StringType.Default, System.Text.Encoding.UTF8.GetBytes(text));
        Scalar At(long id) => new(write.Schema.GetFieldByName("at").DataType, Micros(id));
        LeafMetrics[] columns =
        [
            new(["id"], 1, 100, RowsOfFile, 0, new Scalar(Int64Type.Default, ids[0]), new Scalar(Int64Type.Default, ids[^1])),
            new(["at"], 3, 100, RowsOfFile, 0, At(ids[0]), At(ids[^1])), new(["part"], 4, 100, RowsOfFile, 0, Text($"p{number}"), Text($"p{number}")),
        ];
        Scalar[] partition = [.. write.Partitions.Select(column => column.Name switch
        {
            "part" => Text($"p{number}"),
            "at_day" => new Scalar(Int32Type.Default, (long)number),
            "id_bucket" => new Scalar(Int32Type.Default, (long)((Bucket.Hash(Int64Type.Default, new Scalar(Int64Type.Default, 25L))!.Value & int.MaxValue) % 4)),
            _ => Text("n"),
        })];
        return new WrittenFile(below, new FileInfo(path).Length, RowsOfFile, partition, columns, [4]);
    }
}
