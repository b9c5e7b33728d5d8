using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;
using static BulkMover.TableFormats.Tests.Iceberg.DeleteTable;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>Data and delete files in Avro: "row-level delete files are valid Iceberg data files" (Iceberg spec, "Delete Formats"). Data files have the sequence number 5.</summary>
public sealed class AvroDataTests
{
    private const string Rows =
        """{"type":"record","name":"table","fields":[{"name":"id","type":"long","field-id":1},{"name":"name","type":["null","string"],"field-id":2}]}""";

    private const string Names = """{"type":"record","name":"table","fields":[{"name":"name","type":["null","string"],"field-id":2}]}""";

    private const string FilePositions =
        """{"type":"record","name":"table","fields":[{"name":"file_path","type":"string","field-id":2147483546},{"name":"pos","type":"long","field-id":2147483545}]}""";

    private readonly TestTable table = new();

    [Fact]
    public async Task Plan_FilesOfBothFormats_SaysWhichEachIs()
    {
        table.WithSnapshot(new TestManifest(new TestFile($"{Data}/a") { Format = "AVRO" }, new TestFile($"{Data}/p")));

        Assert.Equal([FileFormat.Avro, FileFormat.Parquet], (await table.PlanAsync()).Select(task => task.Format));
    }

    [Fact]
    public async Task Read_FilesOfBothFormats_GivesTheRowsOfAll()
    {
        table.WithSnapshot(new TestManifest(DataFile("a"), table.DataFile("p", (7, "p"))));

        Assert.Equal(["1,a", "2,b", "3,null", "7,p"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_AvroFileOfARenamedColumn_FindsItByItsId()
    {
        table.Columns[1]!["name"] = "title";
        table.WithSnapshot(new TestManifest(DataFile("a")));

        Assert.Equal(["a", "b", "null"], await table.ReadAsync(["title"]));
    }

    [Theory]
    [InlineData(4, "1,a 2,b 3,null")]
    [InlineData(5, "1,a 3,null")]
    public async Task Read_PositionDeletesInAvro_ApplyToFilesThatAreNotNewer(long sequenceNumber, string expected)
    {
        Snapshot(DataFile("a"), Positions("d", sequenceNumber, ($"{Data}/a", 1), ($"{Data}/other", 0)));

        Assert.Equal(expected.Split(' '), await table.ReadAsync());
    }

    [Theory]
    [InlineData(5, "1,a 2,b 3,null")]
    [InlineData(6, "1,a")]
    public async Task Read_EqualityDeletesInAvro_ApplyToOlderFilesOnly(long sequenceNumber, string expected)
    {
        Snapshot(DataFile("a"), NameDeletes("d", sequenceNumber, "b", null));

        Assert.Equal(expected.Split(' '), await table.ReadAsync());
    }

    [Fact]
    public async Task Read_AvroDeletesOfAParquetFileAndTheOtherWayRound_BothApply()
    {
        TestFile parquet = table.DataFile("p", (7, "p"), (8, "q"), (9, "b"));
        table.WithSnapshot(
            new TestManifest(DataFile("a"), parquet),
            new TestManifest(Positions("d1", 5, ($"{Data}/p", 0)), table.PositionDeletes("d2", 5, ($"{Data}/a", 0)), NameDeletes("d3", 6, "b")) { Content = 1 });

        Assert.Equal(["3,null", "8,q"], await table.ReadAsync());
    }

    [Fact]
    public async Task Read_AvroDeleteFileLacksADeleteColumn_ThrowsCorruptTable()
    {
        Snapshot(DataFile("a"), Write("d", Names.Replace("\"field-id\":2", "\"field-id\":77", StringComparison.Ordinal), 6, Some(Text("b"))) with { Content = 2, EqualityIds = [2] });

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    [Fact]
    public async Task Read_AvroFileIsGone_ThrowsCorruptTable()
    {
        TestFile file = DataFile("a");
        table.WithSnapshot(new TestManifest(file));
        table.Store.Remove(new Location("s3", file.Path["s3://".Length..]));

        await Assert.ThrowsAsync<CorruptTableException>(() => table.ReadAsync());
    }

    private void Snapshot(TestFile data, TestFile deletes) => table.WithSnapshot(new TestManifest(data), new TestManifest(deletes) { Content = 1 });

    private TestFile DataFile(string name) =>
        Write(name, Rows, 5, [.. Long(1), .. Some(Text("a"))], [.. Long(2), .. Some(Text("b"))], [.. Long(3), .. Null]);

    private TestFile Positions(string name, long sequenceNumber, params (string Path, long Position)[] rows) =>
        Write(name, FilePositions, sequenceNumber, [.. rows.Select(row => (byte[])[.. Text(row.Path), .. Long(row.Position)])]) with { Content = 1 };

    private TestFile NameDeletes(string name, long sequenceNumber, params string?[] names) =>
        Write(name, Names, sequenceNumber, [.. names.Select(text => OrNull(text is null ? null : Text(text)))]) with { Content = 2, EqualityIds = [2] };

    private TestFile Write(string name, string schema, long sequenceNumber, params byte[][] rows)
    {
        byte[] bytes = AvroBytes.File(schema, new Dictionary<string, string>(), rows, recordsPerBlock: 2);
        table.Store[new Location("s3", $"{Data}/{name}"["s3://".Length..])] = bytes;
        return new TestFile($"{Data}/{name}") { Format = "AVRO", Rows = rows.Length, Bytes = bytes.Length, SequenceNumber = sequenceNumber };
    }
}
