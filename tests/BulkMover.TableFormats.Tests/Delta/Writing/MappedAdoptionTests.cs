using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Writing;
using BulkMover.TableFormats.Targets;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>
/// Which files of an Iceberg table fit a Delta table whose columns are found by id (PROTOCOL.md, "Reader Requirements for Column Mapping"). Iceberg has ids for what lists and maps hold too, Delta has
/// not: they may be those of other columns.
/// </summary>
public sealed class MappedAdoptionTests : IDisposable
{
    private readonly WrittenTable table = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Readers would find the partition's values in <c>q</c>.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task TryAdopt_PartitionColumnIsInTheFile_HasTheIdOfNoOtherColumn(int id, bool isAdopted)
    {
        Make(["p"], ("c", "long", 1), ("q", "long", 2), ("p", "long", 3));
        Field[] columns = [Number("c", 1), Number("p", id)];

        Assert.Equal(isAdopted, await IsAdoptedAsync(columns, columns, new Dictionary<string, Scalar> { ["p"] = new(Int64Type.Default, 77L) }));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(9, true)]
    public async Task TryAdopt_ElementOfAList_HasTheIdOfNoColumn(int id, bool isAdopted)
    {
        Make([], ("c", "long", 1), ("l", Longs, 2), ("d", "long", 3));
        Field[] columns = [Number("c", 1), List("l", 2, id)];

        Assert.Equal(isAdopted, await IsAdoptedAsync(columns, columns));
    }

    /// <summary>The column that the table gets has id 3. The file is from before the source had it.</summary>
    [Theory]
    [InlineData(3, false)]
    [InlineData(9, true)]
    public async Task TryAdopt_ElementOfAList_HasTheIdOfNoColumnThatIsAdded(int id, bool isAdopted)
    {
        Make([], ("c", "long", 1), ("l", Longs, 2));
        Field[] file = [Number("c", 1), List("l", 2, id)];

        Assert.Equal(isAdopted, await IsAdoptedAsync([.. file, Number("d", 4)], file));
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public async Task TryAdopt_IdIsTwiceInTheFile_IsDecoded(int id, bool isAdopted)
    {
        Make([], ("a", Longs, 1), ("b", Longs, 2));
        Field[] columns = [List("a", 1, 8), List("b", 2, id)];

        Assert.Equal(isAdopted, await IsAdoptedAsync(columns, columns));
    }

    public void Dispose() => table.Dispose();

    private const string Longs = """{"type":"array","containsNull":true,"elementType":"long"}""";

    private static Field Number(string name, int id) => new Field(name, Int64Type.Default, nullable: true).WithFieldId(id);

    private static Field List(string name, int id, int element) => new Field(name, new ListType(Number("element", element)), nullable: true).WithFieldId(id);

    /// <summary>A table of mode id, whose columns are called in files as they are.</summary>
    private void Make(string[] partitions, params (string Name, string Type, int Id)[] columns) => table.Commit(0, ProtocolWith("columnMapping"), Metadata(
        $$"""{"type":"struct","fields":[{{string.Join(',', columns.Select(column =>
            $$$"""{"name":"{{{column.Name}}}","type":{{{(column.Type.StartsWith('{') ? column.Type : $"\"{column.Type}\"")}}},"nullable":true,"metadata":{"delta.columnMapping.id":{{{column.Id}}},"delta.columnMapping.physicalName":"{{{column.Name}}}"}}"""))}}]}""",
        partitions, new Dictionary<string, string> { ["delta.columnMapping.mode"] = "id", ["delta.columnMapping.maxColumnId"] = $"{columns.Length}" }));

    /// <summary>Appends a source with a file of one row.</summary>
    private async Task<bool> IsAdoptedAsync(Field[] source, Field[] file, IReadOnlyDictionary<string, Scalar>? constants = null)
    {
        var location = new Location(table.Location.Scheme, $"{table.Location.Path}/source.parquet");
        var schema = new Schema(file, null);
        using var batch = new RecordBatch(schema, file.Select(field => field.DataType is ListType list ? Of(list) : One()), 1);
        await using var writer = new ParquetFileWriter(await table.Store.CreateAsync(location, null, Token), location, schema, new ParquetWriteOptions());
        await writer.WriteRowGroupAsync([batch], Token);
        await writer.CompleteAsync(Token);

        await using LakeTarget target = table.Target();
        TargetRequest request = WrittenTable.Request(CopyMode.Append, "t1", new Schema(source, null)) with { Adoption = new Adoption(table.Store, ColumnMatching.FieldId, IsRequired: false) };
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(request, Token), new LoadLimits(1, 1 << 20), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        return await chunk.TryAdoptAsync(new ScanTask(location, writer.Bytes, 1, constants ?? ScanTask.NoConstants, ConstantsWin: false), Token) is not null;
    }

    private static IArrowArray One() => new Int64Array.Builder().Append(77).Build();

    private static ListArray Of(ListType list) => new(list, 1, new ArrowBuffer.Builder<int>().Append(0).Append(1).Build(), One(), ArrowBuffer.Empty, 0);
}
