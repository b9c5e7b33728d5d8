using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Writing;

/// <summary>A table that a test writes: plans, commits and reads it again with this project's reader.</summary>
internal sealed class WriteTable
{
    public static readonly Schema Columns = new(
    [
        new Field("id", Int64Type.Default, nullable: false), new Field("name", StringType.Default, nullable: true),
        new Field("at", new TimestampType(TimeUnit.Microsecond, "UTC"), nullable: true),
    ], null);

    private static readonly DateTimeOffset At = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public WriteTable(TestTable? table = null)
    {
        Store = new WritableMemoryStore(table?.Store ?? new MemoryObjectStore());
        table?.WriteMetadata();
    }

    public WritableMemoryStore Store { get; }

    public Location Root { get; init; } = new("s3", "lake/db/t");

    public IcebergWriteOptions Options { get; init; } = new() { Commits = new Retry { Attempts = 5, FirstWait = TimeSpan.FromMilliseconds(1) } };

    public Schema Schema { get; set; } = Columns;

    public IReadOnlyList<SortField> SortOrder { get; init; } = [];

    public IReadOnlyList<string> SourcePartitions { get; init; } = [];

    public IReadOnlyDictionary<string, string> SourceNames { get; init; } = new Dictionary<string, string>();

    public IcebergTarget Target => IcebergTarget.OfDirectory(Store, Root, Options);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static TransferId Transfer(string name) => TransferId.Of(name);

    public TargetRequest Request(CopyMode mode = CopyMode.Append, string transfer = "one") =>
        new(Transfer(transfer), new TransferOrigin("command", "selection", "source", "1"), Schema, mode, SortOrder) { PartitionTerms = SourcePartitions, PartitionNames = SourceNames };

    public Task<TableWrite> PlanAsync(CopyMode mode = CopyMode.Append) => Target.PlanAsync(Request(mode), hasBegun: Task.FromResult(false), Stopping);

    /// <summary>Plans and commits as a run does.</summary>
    public async Task CommitAsync(CopyMode mode, string transfer, params WrittenFile[] files)
    {
        TargetRequest request = Request(mode, transfer);
        await Target.CommitAsync(Commit(request, await Target.PlanAsync(request, hasBegun: Task.FromResult(false), Stopping), 1, files), Stopping);
    }

    public static TableCommit Commit(TargetRequest request, TableWrite write, long number, params WrittenFile[] files) =>
        new(request, write, number, At, files.Sum(file => file.Rows), _ => files.ToAsyncEnumerable());

    /// <summary>A file whose column 1 has the values from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static WrittenFile File(string name, long low = 1, long high = 10, params Scalar[] partition) => new(
        $"data/{name}.parquet", 1000, high - low + 1, partition,
        [new LeafMetrics(["id"], 1, 100, high - low + 1, 0, Long(low), Long(high))], [4]);

    public static Scalar Long(long value) => new(Int64Type.Default, value);

    public static Scalar Int(long? value) => new(Int32Type.Default, value);

    public static Scalar Text(string? value) => new(StringType.Default, value is null ? null : System.Text.Encoding.UTF8.GetBytes(value));

    public async Task<IcebergSnapshot> ReadAsync(string? selector = null) => (IcebergSnapshot)await
        (await IcebergTable.OpenAsync(Store, Root, Stopping)).OpenSnapshotAsync(selector is null ? null : SnapshotSelector.Parse(selector), Stopping);

    public async Task<List<ScanTask>> TasksAsync(string? where = null, string? selector = null)
    {
        IcebergSnapshot snapshot = await ReadAsync(selector);
        Filter? filter = where is null ? null : FilterParser.Parse(where, snapshot.Schema);
        return await snapshot.PlanAsync(new Scan(snapshot, null, filter), Stopping).ToListAsync(Stopping);
    }

    /// <summary>Names of the planned files.</summary>
    public async Task<IEnumerable<string>> FilesAsync(string? where = null, string? selector = null) =>
        (await TasksAsync(where, selector)).Select(task => task.File.Name.Replace(".parquet", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>A metadata document, the last one unless the version is named.</summary>
    public JsonObject Document(int? version = null)
    {
        Location file = version is { } number
            ? Root.Combine($"metadata/v{number}.metadata.json")
            : Store.Objects.Locations.Where(location => location.Name.EndsWith(".metadata.json", StringComparison.Ordinal))
                .MaxBy(location => int.Parse(location.Name.Split('.')[0].TrimStart('v')));
        return JsonNode.Parse(Store.Objects[file])!.AsObject();
    }

    public JsonObject Summary() => Document()["snapshots"]!.AsArray()[^1]!["summary"]!.AsObject();
}
