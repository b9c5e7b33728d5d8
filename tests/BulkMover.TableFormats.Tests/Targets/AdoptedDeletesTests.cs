using System.Buffers.Binary;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Deletes;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Data files with deleted rows that become files of the target as they are.</summary>
public sealed class AdoptedDeletesTests
{
    private const string Feature = """{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["appendOnly","invariants","deletionVectors"]}""";

    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>PROTOCOL.md, "Deletion Vectors", "Derived Fields", "Per-file Statistics".</summary>
    [Fact]
    public async Task Create_DeltaTable_HasTheFeatureAndItsFilesTheirVectors()
    {
        await Copy("delta").RunAsync(objects);

        Assert.Contains($$"""{"protocol":{{Feature}}}""", Log(0), StringComparison.Ordinal);
        Assert.Equal("true", Actions(0, "metaData")[0].GetProperty("configuration").GetProperty("delta.enableDeletionVectors").GetString());
        JsonElement add = Actions(0, "add")[0], vector = add.GetProperty("deletionVector");
        string path = vector.GetProperty("pathOrInlineDv").GetString()!, directory = $"bulkmover{Copy("delta").Transfer}x1";
        Assert.Equal(("u", 1, 10), (vector.GetProperty("storageType").GetString(), vector.GetProperty("offset").GetInt32(), vector.GetProperty("cardinality").GetInt64()));
        Assert.Equal((directory, 20), (path[..^20], path.Length - directory.Length));
        // "<random prefix - optional>": Trino refuses any other characters.
        Assert.All(path[..^20], character => Assert.True(char.IsAsciiLetterOrDigit(character)));
        Assert.Equal(3, objects.Locations.Count(location => location.Parent == LakeCopy.Root.Combine(directory) && location.Name.StartsWith("deletion_vector_", StringComparison.Ordinal)));
        JsonElement stats = JsonDocument.Parse(add.GetProperty("stats").GetString()!).RootElement;
        Assert.Equal((20, false), (stats.GetProperty("numRecords").GetInt64(), stats.GetProperty("tightBounds").GetBoolean()));
    }

    [Fact]
    public async Task Append_DeltaTableWithoutTheFeature_DecodesAndKeepsItsProtocol()
    {
        await Before("delta").RunAsync(objects);
        LakeCopy copy = Copy("delta", CopyMode.Append);
        ScanTask file = await copy.WriteSourceAsync(0);
        await using LakeTarget target = copy.Open(objects);
        TargetPlan plan = await target.PlanAsync(NotRequired(copy.Request), Token);

        Assert.False(plan.MayAdopt(file));
        Assert.True(plan.MayAdopt(file with { Deletes = null }));
        Assert.Contains("cannot keep", (await Assert.ThrowsAsync<TargetException>(() => copy.RunAsync(objects))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_DeltaTableWithoutTheFeature_GetsIt()
    {
        await Before("delta").RunAsync(objects);
        LakeCopy copy = Copy("delta", CopyMode.Replace);

        await copy.RunAsync(objects);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
        Assert.Contains($$"""{"protocol":{{Feature}}}""", Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_DeltaTableMustNotHaveVectorsAnyMore_ThrowsAndChangesNothing()
    {
        await new LakeCopy("delta", objects) { Transfer = TransferId.Of("before"), IsAdopting = true, Chunks = 1 }.RunAsync(objects);
        LakeCopy copy = Copy("delta", CopyMode.Append);
        await using LakeTarget target = copy.Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(copy.Request, Token), new LoadLimits(1, 1 << 20), Token);
        await using (IChunkLoad chunk = await load.BeginChunkAsync(0, Token))
        {
            await chunk.TryAdoptAsync(await copy.WriteSourceAsync(0), Token);
            await chunk.CommitAsync(10, ReadOnlyMemory<byte>.Empty, Token);
        }

        string metadata = Actions(0, "metaData")[0].GetRawText().Replace("\"delta.enableDeletionVectors\":\"true\"", "\"delta.enableDeletionVectors\":\"false\"", StringComparison.Ordinal);
        objects[LogAt(1)] = System.Text.Encoding.UTF8.GetBytes($$"""{"metaData":{{metadata}}}""");

        Assert.Equal("delta.table_changed", (await Assert.ThrowsAsync<TargetException>(() => load.CommitAsync(10, Token))).Code);
        Assert.DoesNotContain(LogAt(2), objects.Locations);
    }

    /// <summary>Iceberg spec, "Position Delete Files", "Scan Planning", Appendix F.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_IcebergTable_AddsPositionDeletesOfTheNewPaths(bool isPartitioned)
    {
        string[]? partitionBy = isPartitioned ? ["place"] : null;
        await new LakeCopy("iceberg", objects) { Transfer = TransferId.Of("before"), Chunks = 2, PartitionBy = partitionBy }.RunAsync(objects);
        var copy = new LakeCopy("iceberg", objects) { Mode = CopyMode.Append, FirstId = 1000, IsAdopting = true, PartitionBy = partitionBy };

        await copy.RunAsync(objects);

        JsonElement summary = JsonDocument.Parse(objects[LakeCopy.Root.Combine("metadata/v2.metadata.json")]).RootElement.GetProperty("snapshots")[1].GetProperty("summary");
        Assert.Equal(
            ("overwrite", "3", "66", "3", "3", "33", "3", "33", "87"),
            (Text("operation"), Text("added-data-files"), Text("added-records"), Text("added-delete-files"), Text("added-position-delete-files"), Text("added-position-deletes"),
                Text("total-delete-files"), Text("total-position-deletes"), Text("total-records")));
        ScanTask[] adopted = [.. (await copy.FilesAsync()).Where(file => file.Deletes is not null)];
        Assert.Equal(3, adopted.Length);
        foreach (ScanTask file in adopted)
            await AssertDeletesAsync(file);

        string? Text(string name) => summary.GetProperty(name).GetString();
    }

    /// <summary>Iceberg spec, "Deletion Vectors", Appendix F; Puffin spec, "File structure", "Footer structure", "deletion-vector-v1 blob type".</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Append_IcebergTableOfVersion3_AddsDeletionVectorsOfTheNewPaths(bool isPartitioned)
    {
        string[]? partitionBy = isPartitioned ? ["place"] : null;
        await new LakeCopy(LakeCopy.Version3, objects) { Transfer = TransferId.Of("before"), Chunks = 2, PartitionBy = partitionBy }.RunAsync(objects);
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append, FirstId = 1000, IsAdopting = true, PartitionBy = partitionBy };

        await copy.RunAsync(objects);

        JsonElement metadata = JsonDocument.Parse(objects[LakeCopy.Root.Combine("metadata/v3.metadata.json")]).RootElement, summary = metadata.GetProperty("snapshots")[1].GetProperty("summary");
        Assert.Equal(
            ("overwrite", "3", "66", "3", "3", "33", "3", "33", "87"),
            (Text("operation"), Text("added-data-files"), Text("added-records"), Text("added-delete-files"), Text("added-dvs"), Text("added-position-deletes"),
                Text("total-delete-files"), Text("total-position-deletes"), Text("total-records")));
        Assert.False(summary.TryGetProperty("added-position-delete-files", out _));
        // Deleted rows have ids too: "the sum of record_count for all data files that will be assigned a first_row_id".
        Assert.Equal(87, metadata.GetProperty("next-row-id").GetInt64());
        ScanTask[] adopted = [.. (await copy.FilesAsync()).Where(file => file.Deletes is not null)];
        Assert.Equal((3, 0), (adopted.Length, objects.Locations.Count(location => location.Name.EndsWith("-deletes.parquet", StringComparison.Ordinal))));
        Assert.All(adopted, AssertVector);

        string? Text(string name) => summary.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Plan_TargetCannotKeepTheDeletes_DoesNotCountTheFile()
    {
        LakeCopy copy = Copy("parquet");
        await using LakeTarget target = copy.Open(objects);
        TargetPlan plan = await target.PlanAsync(NotRequired(copy.Request), Token);

        Assert.False(plan.MayAdopt(await copy.WriteSourceAsync(0)));
    }

    /// <summary>Before a byte moves: some of the files might be copied already when the copy comes to this one.</summary>
    [Fact]
    public async Task Plan_FileMustBeAdoptedAndMetadataTellThatItCannotBe_IsRefused()
    {
        LakeCopy copy = Copy("parquet");
        await using LakeTarget target = copy.Open(objects);
        TargetPlan plan = await target.PlanAsync(copy.Request, Token);
        ScanTask file = await copy.WriteSourceAsync(0);

        Assert.Equal("lake.not_adoptable", Assert.Throws<TargetException>(() => plan.MayAdopt(file)).Code);
    }

    /// <summary>One of the columns may be known by metadata only.</summary>
    [Theory]
    [InlineData("delta", false)]
    [InlineData("delta", true)]
    [InlineData("iceberg", false)]
    [InlineData("iceberg", true)]
    [InlineData(LakeCopy.Version3, false)]
    [InlineData(LakeCopy.Version3, true)]
    public async Task Copy_RowsDeletedByValues_AreToldByPosition(string format, bool isPartitioned)
    {
        var copy = new LakeCopy(format, objects) { FirstId = 1000, IsAdopting = true, DeletesByValues = true, PartitionBy = isPartitioned ? ["place"] : null };

        await copy.RunAsync(objects);

        Assert.Equal(copy.Rows, await copy.ReadAsync());
        Assert.All(await copy.FilesAsync(), file => Assert.Equal((2 * file.Deletes!.Rows ?? file.Rows, 0), (file.Rows, file.Deletes.KeyColumns.Count)));
    }

    /// <summary>Reading those columns is part of what adopting the file needs, and at most the whole file.</summary>
    [Fact]
    public async Task AdoptBytes_RowsDeletedByValues_HasRoomForTheColumns()
    {
        LakeCopy copy = Copy("iceberg");
        await using LakeTarget target = copy.Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(copy.Request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        ScanTask file = await copy.WriteSourceAsync(0) with { FileBytes = 1L << 40 }, byValues = await new LakeCopy("iceberg", objects) { DeletesByValues = true }.WriteSourceAsync(0) with { FileBytes = 1L << 40 };

        Assert.InRange(chunk.AdoptBytes(file), 1, 1L << 30);
        Assert.InRange(chunk.AdoptBytes(byValues), 1L << 40, (1L << 40) + (1L << 30));
    }

    [Theory]
    [InlineData("delta")]
    [InlineData("iceberg")]
    public async Task TryAdopt_DeletedRowBeyondTheFile_IsACorruptTable(string format)
    {
        ScanTask file = await Copy(format).WriteSourceAsync(0) with { Deletes = new Positions(3, 20) };

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => AdoptAsync(format, file));

        Assert.Equal("deletes.beyond_file", error.Code);
        Assert.Contains("1 of them", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(objects.Locations, location => location.IsUnder(LakeCopy.Root) && location.Name.EndsWith(".parquet", StringComparison.Ordinal));
    }

    /// <summary>Position delete files of a partition are looked at for all its data files, and most say nothing of one.</summary>
    [Theory]
    [InlineData("delta")]
    [InlineData("iceberg")]
    [InlineData(LakeCopy.Version3)]
    public async Task TryAdopt_DeletesNameNoRow_WritesNone(string format)
    {
        ScanTask file = await Copy(format).WriteSourceAsync(0) with { Deletes = new Positions() };

        Assert.Equal(20, (await AdoptAsync(format, file))?.Rows);

        Assert.Single(objects.Locations, location => location.IsUnder(LakeCopy.Root) && Path.GetExtension(location.Name) is ".parquet" or ".bin" or ".puffin");
    }

    private void AssertVector(ScanTask file)
    {
        byte[] puffin = objects[objects.Locations.Single(location => location.Path == file.File.Path.Replace(".parquet", "-deletes.puffin", StringComparison.Ordinal))];
        Assert.All([puffin[..4], puffin[^4..]], magic => Assert.Equal("PFA1"u8, magic));
        Assert.Equal(0, BitConverter.ToInt32(puffin, puffin.Length - 8));
        int payloadBytes = BitConverter.ToInt32(puffin, puffin.Length - 12), footer = puffin.Length - 16 - payloadBytes;
        Assert.Equal("PFA1"u8, puffin.AsSpan(footer, 4));
        JsonElement payload = JsonDocument.Parse(puffin.AsMemory(footer + 4, payloadBytes)).RootElement, blob = Assert.Single(payload.GetProperty("blobs").EnumerateArray());
        int rows = checked((int)file.Rows!.Value) / 2;
        Assert.Equal(
            ("deletion-vector-v1", -1, -1, 4, footer - 4, $"s3://{file.File.Path}", $"{rows}", false),
            (blob.GetProperty("type").GetString(), blob.GetProperty("snapshot-id").GetInt64(), blob.GetProperty("sequence-number").GetInt64(), blob.GetProperty("offset").GetInt64(),
                blob.GetProperty("length").GetInt64(), blob.GetProperty("properties").GetProperty("referenced-data-file").GetString(),
                blob.GetProperty("properties").GetProperty("cardinality").GetString(), blob.TryGetProperty("compression-codec", out _)));
        Assert.All(blob.GetProperty("fields").EnumerateArray(), field => Assert.Equal(JsonValueKind.Number, field.ValueKind));
        byte[] bytes = puffin[4..footer], content = bytes[4..^4];
        Assert.Equal((content.Length, System.IO.Hashing.Crc32.HashToUInt32(content)), (BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan()[^4..])));
        Assert.Equal((byte[])[0xD1, 0xD3, 0x39, 0x64], content[..4]);
        // One bitmap of the key 0, and in it (RoaringFormatSpec, "General layout") the cookie of bitmaps without runs, one array of the key 0: every other row.
        Assert.Equal((byte[])[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3A, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(rows - 1), 0, 16, 0, 0, 0], content[4..32]);
        Assert.Equal(Enumerable.Range(0, rows).SelectMany(row => BitConverter.GetBytes((ushort)(2 * row + 1))), content[32..]);
    }

    /// <summary>The reader finds the same rows, and what it applies is what was written.</summary>
    private async Task AssertDeletesAsync(ScanTask file)
    {
        Location deletes = objects.Locations.Single(location => location.Path == file.File.Path.Replace(".parquet", "-deletes.parquet", StringComparison.Ordinal));
        using var stream = new MemoryStream(objects[deletes]);
        using var reader = new ParquetSharp.ParquetFileReader(stream);
        Assert.Equal(
            [("file_path", 2147483546, ParquetSharp.Repetition.Required), ("pos", 2147483545, ParquetSharp.Repetition.Required)],
            Enumerable.Range(0, 2).Select(i => reader.FileMetaData.Schema.GroupNode.Field(i)).Select(field => (field.Name, field.FieldId, field.Repetition)));
        using ParquetSharp.RowGroupReader rowGroup = reader.RowGroup(0);
        int rows = checked((int)rowGroup.MetaData.NumRows);
        using ParquetSharp.ColumnReader paths = rowGroup.Column(0), positions = rowGroup.Column(1);
        Assert.All(paths.LogicalReader<string>().ReadAll(rows), path => Assert.Equal($"s3://{file.File.Path}", path));
        Assert.Equal(Enumerable.Range(0, checked((int)file.Rows!.Value) / 2).Select(row => 2L * row + 1), positions.LogicalReader<long>().ReadAll(rows));
    }

    private async Task<AdoptedFile?> AdoptAsync(string format, ScanTask file)
    {
        LakeCopy copy = Copy(format);
        if (format == LakeCopy.Version3)
            copy.MakeTable();
        await using LakeTarget target = copy.Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(copy.Request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        return await chunk.TryAdoptAsync(file, Token);
    }

    private LakeCopy Copy(string format, CopyMode mode = CopyMode.Create) => new(format, objects) { Mode = mode, FirstId = 1000, IsAdopting = true };

    private static TargetRequest NotRequired(TargetRequest request) => request with { Adoption = request.Adoption! with { IsRequired = false } };

    /// <summary>Rows that were decoded.</summary>
    private LakeCopy Before(string format) => new(format, objects) { Transfer = TransferId.Of("before"), Chunks = 1 };

    private static Location LogAt(long version) => LakeCopy.Root.Combine($"_delta_log/{version:D20}.json");

    private string Log(long version) => System.Text.Encoding.UTF8.GetString(objects[LogAt(version)]);

    private JsonElement[] Actions(long version, string name) => [.. Log(version).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement).Where(action => action.TryGetProperty(name, out _)).Select(action => action.GetProperty(name))];
}
