using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.ParquetDirectories;
using BulkMover.Testing.Stores;
using ParquetSharp.Arrow;
using Xunit;
using Field = Apache.Arrow.Field;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>Small Parquet files on disk, of one row each unless said otherwise.</summary>
public sealed class ParquetFolder : IDisposable
{
    private readonly TemporaryDirectory folder = new();

    public IObjectStore Store { get; init; } = new LocalObjectStore();

    public Location Location => folder.Location;

    public string PathOf(string relative) => folder.PathOf(relative);

    public void Write(string relative, params Field[] columns)
    {
        var schema = new Schema(columns, null);
        using var batch = new RecordBatch(schema, columns.Select(column => OneNullOrZero(column.DataType)), 1);
        using var writer = new FileWriter(folder.PathOf(relative), schema);
        writer.WriteRecordBatch(batch);
        writer.Close();
    }

    /// <summary>A file with an int64 column <c>id</c>.</summary>
    public void Write(string relative) => Write(relative, Column("id", Int64Type.Default));

    public void WriteText(string relative, string text) => File.WriteAllText(folder.PathOf(relative), text);

    public static Field Column(string name, IArrowType type, bool nullable = true) => new(name, type, nullable);

    public async Task<ITableSnapshot> SnapshotAsync(string relative = "", string? selector = null, IReadOnlyDictionary<string, IArrowType>? known = null)
    {
        Location location = relative.Length == 0 ? folder.Location : folder.Location.Combine(relative);
        ParquetTable table = await ParquetTable.OpenAsync(Store, location, known ?? new Dictionary<string, IArrowType>(), TestContext.Current.CancellationToken);
        return await table.OpenSnapshotAsync(selector is null ? null : SnapshotSelector.Parse(selector), TestContext.Current.CancellationToken);
    }

    public static async Task<List<ScanTask>> PlanAsync(ITableSnapshot snapshot, Filter? where = null) =>
        await snapshot.PlanAsync(new Scan(snapshot, null, where), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>Paths of the planned files below the folder, in the plan's order.</summary>
    public async Task<string> FilesAsync(string relative = "") =>
        string.Join(' ', (await PlanAsync(await SnapshotAsync(relative))).Select(task => task.File.Path[(folder.Location.Path.Length + 1)..]));

    /// <summary>Name and type of each column, with a question mark where it may be null.</summary>
    public async Task<string> ColumnsAsync(string relative = "", IReadOnlyDictionary<string, IArrowType>? known = null) =>
        string.Join(", ", (await SnapshotAsync(relative, known: known)).Schema.FieldsList.Select(field => $"{field.Name} {SourceType.Describe(field)}{(field.IsNullable ? "?" : "")}"));

    public void Dispose() => folder.Dispose();

    private static IArrowArray OneNullOrZero(IArrowType type) => type switch
    {
        Int32Type => new Int32Array.Builder().Append(0).Build(),
        Int64Type => new Int64Array.Builder().Append(0).Build(),
        UInt32Type => new UInt32Array.Builder().Append(0).Build(),
        FloatType => new FloatArray.Builder().Append(0).Build(),
        DoubleType => new DoubleArray.Builder().Append(0).Build(),
        StringType => new StringArray.Builder().Append("").Build(),
        BinaryType => new BinaryArray.Builder().Append([]).Build(),
        Date32Type => new Date32Array.Builder().Append(new DateOnly(1970, 1, 1)).Build(),
        TimestampType timestamp => new TimestampArray.Builder(timestamp).Append(DateTimeOffset.UnixEpoch).Build(),
        Decimal128Type decimals => new Decimal128Array.Builder(decimals).Append(0m).Build(),
        StructType structs => new StructArray(structs, 1, structs.Fields.Select(field => OneNullOrZero(field.DataType)), ArrowBuffer.Empty),
        ListType lists => new ListArray(lists, 1, new ArrowBuffer.Builder<int>().Append(0).Append(1).Build(), OneNullOrZero(lists.ValueDataType), ArrowBuffer.Empty),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type.Name),
    };
}
