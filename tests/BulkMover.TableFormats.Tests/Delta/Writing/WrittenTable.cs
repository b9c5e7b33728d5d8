using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Delta;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>A Delta table on disk that rows are copied into, and that our reader reads.</summary>
internal sealed class WrittenTable : IDisposable
{
    private readonly TemporaryDirectory folder = new();

    public WrittenTable() => Store = new InterruptedStore(new LocalObjectStore(folder.Location));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public InterruptedStore Store { get; }

    public Location Location => folder.Location;

    public string LogPath(long version) => folder.PathOf($"_delta_log/{version:D20}.json");

    public IEnumerable<string> LogNames => Directory.EnumerateFiles(Path.GetDirectoryName(LogPath(0))!).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public void Commit(long version, params string[] actions) => File.WriteAllLines(LogPath(version), actions);

    public string Log(long version) => File.ReadAllText(LogPath(version));

    public static (string Name, IArrowType Type, object?[] Values) Column(string name, IArrowType type, params object?[] values) => (name, type, values);

    public static (string Name, IArrowType Type, object?[] Values) Ids(params long[] values) => ("id", Int64Type.Default, [.. values.Cast<object?>()]);

    public static (string Name, IArrowType Type, object?[] Values) Texts(string name, params string?[] values) =>
        (name, StringType.Default, [.. values.Select(value => value is null ? null : (object)System.Text.Encoding.UTF8.GetBytes(value))]);

    /// <summary>Copies rows; each transfer by its own name.</summary>
    public Task<long> CopyAsync(CopyMode mode, string transfer, params (string Name, IArrowType Type, object?[] Values)[] columns) =>
        CopyAsync(mode, transfer, partitionBy: null, columns);

    public Task<long> CopyAsync(CopyMode mode, string transfer, string[]? partitionBy, params (string Name, IArrowType Type, object?[] Values)[] columns)
    {
        var schema = new Schema([.. columns.Select(column => new Field(column.Name, column.Type, nullable: true))], null);
        var arrays = new TestArrays(MemoryAllocator.Default.Value, new Random(1));
        return CopyAsync(mode, transfer, partitionBy, new RecordBatch(schema, columns.Select(column => arrays.Build(column.Type, column.Values)), columns[0].Values.Length));
    }

    /// <summary>Copies rows of any columns, which it takes over.</summary>
    public async Task<long> CopyAsync(CopyMode mode, string transfer, string[]? partitionBy, RecordBatch batch)
    {
        await using LakeTarget target = Target(partitionBy);
        TargetPlan plan = await target.PlanAsync(Request(mode, transfer, batch.Schema), Token);
        await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(1, 1 << 20), Token);
        int rows = batch.Length;
        if (rows > 0 && load.Arrived.Count == 0)
        {
            await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
            foreach (IEncodedBlock block in load.Encode(batch))
                await chunk.SendAsync(block, 0, Token);
            await chunk.CommitAsync(rows, ReadOnlyMemory<byte>.Empty, Token);
        }

        return await load.CommitAsync(rows, Token);
    }

    public LakeTarget Target(string[]? partitionBy = null) => LakeTarget.OfDelta("target", Store, Location, new LakeOptions { PartitionBy = partitionBy });

    public static TargetRequest Request(CopyMode mode, string transfer, Schema schema) =>
        new(new TransferId(transfer), new TransferOrigin("command", "selection", "source", "1"), schema, mode, []);

    public async Task<ITableSnapshot> SnapshotAsync() =>
        await (await DeltaTable.OpenAsync(Store, Location, Token)).OpenSnapshotAsync(selector: null, Token);

    /// <summary>The rows in canon-1, sorted, by our reader.</summary>
    public async Task<string> RowsAsync(string? where = null)
    {
        ITableSnapshot snapshot = await SnapshotAsync();
        CanonRows rows = await PlannedRows.ReadAsync(Store, snapshot, where is null ? null : FilterParser.Parse(where, snapshot.Schema));
        return string.Join(' ', rows.Lines().Order(StringComparer.Ordinal));
    }

    /// <summary>How many files a filter leaves.</summary>
    public async Task<int> FilesAsync(string? where = null)
    {
        ITableSnapshot snapshot = await SnapshotAsync();
        return await snapshot.PlanAsync(new Scan(snapshot, null, where is null ? null : FilterParser.Parse(where, snapshot.Schema)), Token).CountAsync(Token);
    }

    public void Dispose() => folder.Dispose();
}
