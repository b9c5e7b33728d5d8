using System.Text.Json.Nodes;
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

    /// <summary>"Deletion Vectors": positions count from the file's first row, over its blocks.</summary>
    [Fact]
    public async Task Read_DeletionVectorOfAnAvroFile_LeavesItsRowsOut()
    {
        table.Metadata["format-version"] = 3;
        Snapshot(DataFile("a"), table.Vector($"{Data}/a", Blob(0, 2), 2));

        Assert.Equal(["2,b"], await table.ReadAsync());
    }

    /// <summary>"Row Lineage": "When null, a row's _row_id is assigned to the first_row_id from its data file plus the row position in that data file."</summary>
    [Fact]
    public async Task Read_AvroFileWithoutLineageColumns_InheritsByPositionAlsoAfterDeletes()
    {
        table.Metadata["format-version"] = 3;
        table.WithSnapshot(
            new TestManifest(DataFile("a"), DataFile("b")) { FirstRowId = 100 },
            new TestManifest(Positions("p", 6, ($"{Data}/a", 0)), NameDeletes("e", 6, "b")) { Content = 1 });

        Assert.Equal(["3,102,5", "1,103,5", "3,105,5"], await table.ReadAsync(["id", "_row_id", "_last_updated_sequence_number"]));
    }

    /// <summary>"Row Lineage": rows that were moved keep what they had.</summary>
    [Fact]
    public async Task Read_AvroFileWithLineageColumns_KeepsThemAndInheritsWhereTheyAreNull()
    {
        const string schema =
            """
            {"type":"record","name":"table","fields":[{"name":"id","type":"long","field-id":1},
              {"name":"_row_id","type":["null","long"],"field-id":2147483540},{"name":"_last_updated_sequence_number","type":["null","long"],"field-id":2147483539}]}
            """;
        table.Metadata["format-version"] = 3;
        table.WithSnapshot(new TestManifest(Write("a", schema, 3,
            [.. Long(1), .. Some(Long(7)), .. Some(Long(2))], [.. Long(2), .. Null, .. Some(Long(3))], [.. Long(3), .. Some(Long(9)), .. Null])) { FirstRowId = 100 });

        Assert.Equal(["1,7,2", "2,101,3", "3,9,3"], await table.ReadAsync(["id", "_row_id", "_last_updated_sequence_number"]));
    }

    /// <summary>"Column Projection": "Return the default value if it has a defined initial-default"; the file's column of that name is another one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_ColumnAddedAfterTheAvroFile_HasItsDefault(bool isRequired)
    {
        table.Metadata["format-version"] = 3;
        AddColumn($$"""{"id":8,"name":"number","required":{{(isRequired ? "true" : "false")}},"type":"long","initial-default":7}""");
        AddColumn("""{"id":9,"name":"text","required":false,"type":"string","initial-default":"x"}""");
        table.Columns[1]!["name"] = "renamed";
        AddColumn("""{"id":10,"name":"name","required":false,"type":"string"}""");
        table.WithSnapshot(new TestManifest(DataFile("a")));

        Assert.Equal(["1,7,x,null", "2,7,x,null", "3,7,x,null"], await table.ReadAsync(["id", "number", "text", "name"]));
    }

    /// <summary>As above, and "Equality Delete Files": older files are read by "normal projection rules".</summary>
    [Theory]
    [InlineData(7, "")]
    [InlineData(8, "1 2 3")]
    public async Task Read_EqualityDeletesByAColumnTheAvroFileLacks_CompareItsDefault(long deleted, string left)
    {
        table.Metadata["format-version"] = 3;
        AddColumn("""{"id":8,"name":"number","required":false,"type":"long","initial-default":7}""");
        Snapshot(DataFile("a"), Write("d", """{"type":"record","name":"t","fields":[{"name":"number","type":"long","field-id":8}]}""", 6, Long(deleted)) with { Content = 2, EqualityIds = [8] });

        Assert.Equal(left.Split(' ', StringSplitOptions.RemoveEmptyEntries), await table.ReadAsync(["id"]));
    }

    /// <summary>"Column Projection": "Return the value from partition metadata if an Identity Transform exists for the field" and the file lacks it.</summary>
    [Fact]
    public async Task Read_PartitionColumnIsNotInTheAvroFile_HasThePartitionsValue()
    {
        const string ids = """{"type":"record","name":"table","fields":[{"name":"id","type":"long","field-id":1}]}""";
        table.WithSpec(0, """{"source-id":2,"field-id":1000,"name":"name","transform":"identity"}""").WithSpec(1);
        TestManifest Of(string file, byte[] name) => new(Write(file, ids, 5, Long(1), Long(2)) with { Partition = name })
        {
            PartitionFields = ["""{"name":"name","type":["null","string"],"field-id":1000}"""],
        };
        table.WithSnapshot(
            Of("a", Some(Text("north"))), Of("b", Null), Of("c", Some(Text("gone"))),
            new TestManifest(NameDeletes("d", 6, "gone")) { Content = 1, SpecId = 1 });

        Assert.Equal(["1,north", "2,north", "1,null", "2,null"], await table.ReadAsync());
    }

    /// <summary>"Column Projection" and "Name Mapping Serialization": names stand for the ids that a file does not have, at every level and for keys of deletes.</summary>
    [Fact]
    public async Task Read_AvroFileWithoutIds_IsReadByTheNameMapping()
    {
        AddColumn("""{"id":8,"name":"place","required":false,"type":{"type":"struct","fields":[{"id":9,"name":"x","required":false,"type":"long"},{"id":10,"name":"y","required":false,"type":"long"}]}}""");
        AddColumn("""{"id":11,"name":"stamps","required":false,"type":{"type":"list","element-id":12,"element-required":false,"element":{"type":"struct","fields":[{"id":13,"name":"n","required":false,"type":"long"}]}}}""");
        table.Columns[1]!["name"] = "title";
        table.Metadata["properties"]!["schema.name-mapping.default"] =
            """
            [{"field-id":1,"names":["old_id","id"]},{"field-id":2,"names":["name"]},
             {"field-id":8,"names":["pos"],"fields":[{"field-id":10,"names":["why"]}]},
             {"field-id":11,"names":["stamps"],"fields":[{"field-id":12,"names":["element"],"fields":[{"field-id":13,"names":["number"]}]}]}]
            """;
        const string schema =
            """
            {"type":"record","name":"table","fields":[{"name":"title","type":"string"},{"name":"name","type":["null","string"]},{"name":"id","type":"long"},
              {"name":"pos","type":{"type":"record","name":"pos","fields":[{"name":"x","type":"long"},{"name":"why","type":"long"}]}},
              {"name":"stamps","type":{"type":"array","items":{"type":"record","name":"stamp","fields":[{"name":"n","type":"long"},{"name":"number","type":"long"}]}}}]}
            """;
        byte[] Row(string? name, long id) => [.. Text("other"), .. OrNull(name is null ? null : Text(name)), .. Long(id), .. Long(5), .. Long(6), .. Array([[.. Long(7), .. Long(8)]])];
        Snapshot(Write("a", schema, 5, Row("a", 1), Row("b", 2), Row(null, 3)), NameDeletes("d", 6, "b"));

        Assert.Equal(
            [
                """{"id":1,"title":"a","at":null,"place":{"x":null,"y":6},"stamps":[{"n":8}]}""",
                """{"id":3,"title":null,"at":null,"place":{"x":null,"y":6},"stamps":[{"n":8}]}""",
            ],
            await LinesAsync());
    }

    /// <summary>Appendix A, "Avro": a variant is a "record with metadata and value fields", which "must not be assigned field IDs and … are accessed through names".</summary>
    [Fact]
    public async Task Read_VariantsInAvro_AreRead()
    {
        AddColumn("""{"id":8,"name":"v","required":true,"type":"variant"}""");
        AddColumn("""{"id":9,"name":"w","required":false,"type":"variant"}""");
        AddColumn("""{"id":10,"name":"list","required":false,"type":{"type":"list","element-id":11,"element-required":false,"element":"variant"}}""");
        AddColumn("""{"id":12,"name":"later","required":false,"type":"variant"}""");
        table.Metadata["format-version"] = 3;
        const string schema =
            """
            {"type":"record","name":"table","fields":[{"name":"id","type":"long","field-id":1},
              {"name":"v","type":{"type":"record","name":"r8","logicalType":"variant","fields":[{"name":"metadata","type":"bytes"},{"name":"value","type":"bytes"}]},"field-id":8},
              {"name":"w","type":["null",{"type":"record","name":"r9","fields":[{"name":"value","type":"bytes"},{"name":"metadata","type":"bytes"}]}],"field-id":9},
              {"name":"list","type":{"type":"array","items":["null","r8"],"element-id":11},"field-id":10}]}
            """;
        // VariantEncoding.md: no names; the name "a"; the int8 5; the short string "x"; an object of field 0 at offset 0.
        byte[] empty = Bytes([1, 0, 0]), name = Bytes([1, 1, 0, 1, (byte)'a']), five = [0x0C, 5], text = [0x05, (byte)'x'], fields = [0x02, 1, 0, 0, 2, .. five];
        table.WithSnapshot(new TestManifest(Write("a", schema, 5,
            [.. Long(1), .. name, .. Bytes(fields), .. Null, .. Array([Null, Some([.. empty, .. Bytes(text)])])],
            [.. Long(2), .. empty, .. Bytes([0]), .. Some([.. Bytes(five), .. empty]), 0])));

        Assert.Equal(
            [
                """{"id":1,"name":null,"at":null,"v":{"a":5},"w":null,"list":[null,"x"],"later":null}""",
                """{"id":2,"name":null,"at":null,"v":null,"w":5,"list":[],"later":null}""",
            ],
            await LinesAsync());
    }

    /// <summary>Appendix A, "Avro": unknown is "null or omitted".</summary>
    [Fact]
    public async Task Read_UnknownColumns_AreNullHoweverTheyAreStored()
    {
        table.Metadata["format-version"] = 3;
        table.Metadata["schemas"]![0]!["fields"] = JsonNode.Parse(
            """
            [{"id":1,"name":"stored","required":false,"type":"unknown"},{"id":2,"name":"omitted","required":false,"type":"unknown"},
             {"id":3,"name":"list","required":false,"type":{"type":"list","element-id":4,"element-required":false,"element":"unknown"}},
             {"id":5,"name":"map","required":false,"type":{"type":"map","key-id":6,"key":"int","value-id":7,"value-required":false,"value":"unknown"}}]
            """);
        const string collections =
            """
            {"name":"list","type":{"type":"array","items":"null","element-id":4},"field-id":3},
            {"name":"map","type":{"type":"array","logicalType":"map","items":{"type":"record","name":"k6_v7","fields":[{"name":"key","type":"int","field-id":6},{"name":"value","type":"null","field-id":7}]}},"field-id":5}
            """;
        string Schema(string fields) => $$"""{"type":"record","name":"table","fields":[{"name":"stored","type":"null","field-id":1}{{fields}}]}""";
        table.WithSnapshot(new TestManifest(Write("a", Schema($",{collections}"), 5, [.. Long(2), 0, .. Array([Long(9)])]), Write("b", Schema(""), 5, [], [], [])));

        Assert.Equal(
            ["""{"stored":null,"omitted":null,"list":[null,null],"map":[[9,null]]}""", .. Enumerable.Repeat("""{"stored":null,"omitted":null,"list":null,"map":null}""", 3)],
            await LinesAsync());
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

    /// <summary>All columns of the current snapshot's rows, in canon-1.</summary>
    private async Task<IEnumerable<string>> LinesAsync() => (await PlannedRows.ReadAsync(table.Store, await table.OpenSnapshotAsync(), where: null)).Lines();

    private void AddColumn(string json) => table.Columns.Add(JsonNode.Parse(json));

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
