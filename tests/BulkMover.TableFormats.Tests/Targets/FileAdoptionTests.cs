using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Which data files become files of the target as they are, and what goes wrong with them.</summary>
public sealed class FileAdoptionTests
{
    private static readonly Location Source = new("s3", "bucket/source/file.parquet");

    private readonly MemoryObjectStore objects = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Arrow C++ refuses such a file, and a null among the keys would be a row that we refuse ourselves.</summary>
    [Theory]
    [InlineData(Repetition.Required, true)]
    [InlineData(Repetition.Optional, false)]
    public async Task TryAdopt_KeysOfAMap_MustBeRequired(Repetition keys, bool isAdopted)
    {
        objects[Source] = MapOf(keys);
        ParquetFooter footer = await ParquetFooter.ReadAsync(objects, Source, null, Token);

        Assert.Equal(isAdopted, await TryAdoptAsync(objects, footer, end: null) is not null);
    }

    /// <summary>The plan keeps the version that is gone, so that to try again is in vain.</summary>
    [Fact]
    public async Task TryAdopt_FileIsAnotherThanWasPlanned_IsNotTriedAgain()
    {
        var schema = new Apache.Arrow.Schema([new Field("id", Int64Type.Default, nullable: false)], null);
        await using (var writer = new FileFormats.Parquet.Writing.ParquetFileWriter(await objects.CreateAsync(Source, null, Token), Source, schema, new ParquetWriteOptions()))
        {
            using var batch = new RecordBatch(schema, [new Int64Array.Builder().Append(1).Build()], 1);
            await writer.WriteRowGroupAsync([batch], Token);
            await writer.CompleteAsync(Token);
        }

        ParquetFooter footer = await ParquetFooter.ReadAsync(objects, Source, null, Token);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => TryAdoptAsync(new ReplacedFiles(objects), footer, footer.End with { Version = "1" }));
        Assert.Equal(("store.object_changed", false), (error.Code, error.IsTransient));
    }

    /// <summary>Iceberg spec, "Row Lineage": values that a file has in these columns would be taken for ids that the target has given.</summary>
    [Theory]
    [InlineData("iceberg", 2147483540, "_row_id")]
    [InlineData(LakeCopy.Version3, 2147483540, "_row_id")]
    [InlineData(LakeCopy.Version3, 2147483539, "_last_updated_sequence_number")]
    [InlineData(LakeCopy.Version3, 3, "_row_id")]
    [InlineData(LakeCopy.Version3, null, null)]
    public async Task TryAdopt_FileKeepsTheIdsOfItsRows_IsDecoded(string format, int? id, string? name)
    {
        var copy = new LakeCopy(format, objects) { IsAdopting = true };
        if (format == LakeCopy.Version3)
            copy.MakeTable();
        ScanTask task = await copy.WriteSourceAsync(0, name is null ? null : new Field(name, Int64Type.Default, nullable: true).WithFieldId(id!.Value));
        await using LakeTarget target = copy.Open(objects);
        TargetRequest request = copy.Request with { Adoption = new Adoption(objects, ColumnMatching.FieldId, IsRequired: false) };
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);

        Assert.Equal(name is null, await chunk.TryAdoptAsync(task, Token) is not null);
    }

    /// <summary>Iceberg spec, "Parquet": P up to 9 in int32, up to 18 in int64, else in the fewest bytes. ClickHouse finds zeros in 16 bytes of 8 digits, and in 64 bits of 9.</summary>
    [Theory]
    [InlineData(PhysicalType.Int32, -1, 8, true)]
    [InlineData(PhysicalType.FixedLenByteArray, 4, 8, true)]
    [InlineData(PhysicalType.FixedLenByteArray, 16, 8, false)]
    [InlineData(PhysicalType.Int64, -1, 9, false)]
    [InlineData(PhysicalType.Int64, -1, 10, true)]
    [InlineData(PhysicalType.ByteArray, -1, 20, false)]
    [InlineData(PhysicalType.FixedLenByteArray, 9, 20, true)]
    [InlineData(PhysicalType.FixedLenByteArray, 16, 38, true)]
    public async Task TryAdopt_Decimal_IsOfTheSmallestTypeForItsDigits(PhysicalType type, int length, int digits, bool isAdopted)
    {
        objects[Source] = EmptyOf(new PrimitiveNode("d", Repetition.Optional, LogicalType.Decimal(digits, 1), type, length));

        Assert.Equal(isAdopted, await TryAdoptIntoIcebergAsync(new LakeCopy("iceberg", objects)) is not null);
    }

    /// <summary>Iceberg spec, "Column Projection": what a file without ids has is found by the names of the table's mapping.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData("""[{"field-id":1,"names":["id"]},{"field-id":2,"names":["where","place"]}]""", true)]
    [InlineData("""[{"field-id":2,"names":["id"]},{"field-id":1,"names":["place"]}]""", false)]
    [InlineData("""[{"field-id":1,"names":["id"]}]""", false)]
    [InlineData("""[{"field-id":1,"names":["id"]},{"names":["place"]}]""", false)]
    [InlineData("""[{"field-id":1,"names":["id","place"]},{"field-id":2,"names":["place"]}]""", false)]
    [InlineData("[7]", false)]
    [InlineData("nonsense", false)]
    public async Task TryAdopt_FileWithoutIds_FitsWhereTheMappingLeadsToTheVeryColumns(string? mapping, bool isAdopted)
    {
        var copy = new LakeCopy(LakeCopy.Version3, objects) { Mode = CopyMode.Append };
        copy.MakeTable();
        if (mapping is not null)
            LakeCopy.AlterTable(objects, document => document["properties"]!["schema.name-mapping.default"] = mapping);
        objects[Source] = EmptyOf(
            new PrimitiveNode("id", Repetition.Required, LogicalType.None(), PhysicalType.Int64), new PrimitiveNode("place", Repetition.Optional, LogicalType.String(), PhysicalType.ByteArray));

        TargetPlan plan = await copy.Open(objects).PlanAsync(await RequestAsync(copy), Token);

        Assert.Equal(isAdopted, await TryAdoptIntoIcebergAsync(copy) is not null);
        Assert.Equal(isAdopted, !plan.Notes.Any(note => note.Contains("name mapping", StringComparison.Ordinal)));
    }

    private async Task<AdoptedFile?> TryAdoptIntoIcebergAsync(LakeCopy copy)
    {
        await using LakeTarget target = copy.Open(objects);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(await RequestAsync(copy), Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        return await chunk.TryAdoptAsync(new ScanTask(Source, objects[Source].Length, 0, ScanTask.NoConstants, ConstantsWin: false), Token);
    }

    private async Task<TargetRequest> RequestAsync(LakeCopy copy) => copy.Request with
    {
        Schema = (await ParquetFooter.ReadAsync(objects, Source, null, Token)).Schema,
        Adoption = new Adoption(objects, ColumnMatching.Name, IsRequired: false),
    };

    private async Task<AdoptedFile?> TryAdoptAsync(IWritableStore store, ParquetFooter footer, FileEnd? end)
    {
        await using LakeTarget target = LakeTarget.OfDelta("delta", store, LakeCopy.Root, new LakeOptions());
        var request = new TargetRequest(TransferId.Of("copy"), new TransferOrigin("command", "selection", "source", "1"), footer.Schema, CopyMode.Create, [])
        {
            Adoption = new Adoption(store, ColumnMatching.Name, IsRequired: false),
        };
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        return await chunk.TryAdoptAsync(new ScanTask(Source, objects[Source].Length, 1, ScanTask.NoConstants, ConstantsWin: false) { End = end }, Token);
    }

    /// <summary>One row with the map {1: 2}.</summary>
    private static byte[] MapOf(Repetition keys)
    {
        using var key = new PrimitiveNode("key", keys, LogicalType.None(), PhysicalType.Int32);
        using var value = new PrimitiveNode("value", Repetition.Required, LogicalType.None(), PhysicalType.Int32);
        using var entry = new GroupNode("key_value", Repetition.Repeated, [key, value]);
        using var map = new GroupNode("m", Repetition.Required, [entry], LogicalType.Map());
        using var root = new GroupNode("schema", Repetition.Required, [map]);
        using var buffer = new ResizableBuffer();
        using (var output = new BufferOutputStream(buffer))
        using (WriterProperties properties = WriterProperties.GetDefaultWriterProperties())
        using (var writer = new ParquetSharp.ParquetFileWriter(output, root, properties))
        {
            using RowGroupWriter rowGroup = writer.AppendRowGroup();
            short keyLevel = keys == Repetition.Optional ? (short)2 : (short)1;
            using (var column = (ColumnWriter<int>)rowGroup.NextColumn())
                column.WriteBatch(1, [keyLevel], [0], [1]);
            using (var column = (ColumnWriter<int>)rowGroup.NextColumn())
                column.WriteBatch(1, [1], [0], [2]);
            writer.Close();
        }

        return buffer.ToArray();
    }

    private static byte[] EmptyOf(params Node[] columns)
    {
        using var root = new GroupNode("schema", Repetition.Required, columns);
        using var buffer = new ResizableBuffer();
        using (var output = new BufferOutputStream(buffer))
        using (WriterProperties properties = WriterProperties.GetDefaultWriterProperties())
        using (var writer = new ParquetSharp.ParquetFileWriter(output, root, properties))
            writer.Close();
        return buffer.ToArray();
    }

    /// <summary>Files that are others than those whose footers were read.</summary>
    private sealed class ReplacedFiles(MemoryObjectStore store) : IWritableStore
    {
        public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => store.OpenAsync(location, knownBytes, cancellationToken);

        public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

        public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

        public ValueTask<IObjectWriter> CreateAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => store.CreateAsync(location, knownBytes, cancellationToken);

        public Task PutAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => store.PutAsync(location, bytes, cancellationToken);

        public Task<bool> TryPutNewAsync(Location location, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => store.TryPutNewAsync(location, bytes, cancellationToken);

        public Task<bool> TryCopyAsync(Location source, long bytes, string? version, Location destination, CancellationToken cancellationToken) =>
            throw new EnvironmentException("store.object_changed", $"'{source}' was replaced while it was read.") { IsTransient = true };

        public Task DeleteAsync(Location location, CancellationToken cancellationToken) => store.DeleteAsync(location, cancellationToken);
    }
}
