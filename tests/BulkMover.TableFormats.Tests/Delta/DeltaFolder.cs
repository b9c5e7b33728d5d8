using System.Text.Json.Nodes;
using System.Text.Json;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.Delta;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>A Delta table on disk, its log written by hand as PROTOCOL.md describes it. Data files are names only.</summary>
public sealed class DeltaFolder : IDisposable
{
    public const string Protocol = """{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}""";

    private readonly TemporaryDirectory folder = new();

    public Location Location => folder.Location;

    /// <summary>The full path of a file of the log.</summary>
    public string LogPath(string name) => folder.PathOf($"_delta_log/{name}");

    public void Commit(long version, params string[] actions) => WriteLog($"{version:D20}.json", string.Join('\n', actions) + "\n");

    public void WriteLog(string name, string content) => File.WriteAllText(folder.PathOf($"_delta_log/{name}"), content);

    public void Checkpoint(long version, params CheckpointRow[] rows) => CheckpointFile.Write(LogPath($"{version:D20}.checkpoint.parquet"), rows);

    public Task<DeltaTable> OpenAsync() => DeltaTable.OpenAsync(new LocalObjectStore(), folder.Location, TestContext.Current.CancellationToken);

    public async Task<ITableSnapshot> SnapshotAsync(string? selector = null) =>
        await (await OpenAsync()).OpenSnapshotAsync(selector is null ? null : SnapshotSelector.Parse(selector), TestContext.Current.CancellationToken);

    public async Task<List<ScanTask>> PlanAsync(string? selector = null, Func<ITableSnapshot, Filter>? where = null)
    {
        ITableSnapshot snapshot = await SnapshotAsync(selector);
        return await snapshot.PlanAsync(new Scan(snapshot, null, where?.Invoke(snapshot)), TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Paths of the planned files below the table, sorted.</summary>
    public async Task<string> FilesAsync(string? selector = null, Func<ITableSnapshot, Filter>? where = null) =>
        string.Join(' ', (await PlanAsync(selector, where))
            .Select(task => task.File.IsUnder(Location) ? task.File.Path[(Location.Path.Length + 1)..] : task.File.ToString()).Order(StringComparer.Ordinal));

    public static string ProtocolWith(params string[] readerFeatures) =>
        $$$"""{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":{{{JsonSerializer.Serialize(readerFeatures)}}},"writerFeatures":{{{JsonSerializer.Serialize(readerFeatures)}}}}}""";

    /// <param name="columns">Name and type of each column, the type a name or the JSON of one.</param>
    public static string Schema(params (string Name, string Type)[] columns) => new JsonObject
    {
        ["type"] = "struct",
        ["fields"] = new JsonArray([.. columns.Select(column => new JsonObject
        {
            ["name"] = column.Name,
            ["type"] = column.Type.StartsWith('{') ? JsonNode.Parse(column.Type) : column.Type,
            ["nullable"] = true,
            ["metadata"] = new JsonObject(),
        })]),
    }.ToJsonString();

    public static string Metadata(string schema, string[]? partitionColumns = null, IDictionary<string, string>? configuration = null) =>
        JsonSerializer.Serialize(new
        {
            metaData = new
            {
                id = "11111111-1111-1111-1111-111111111111",
                format = new { provider = "parquet", options = new { } },
                schemaString = schema,
                partitionColumns = partitionColumns ?? [],
                configuration = configuration ?? new Dictionary<string, string>(),
            },
        });

    public static string Metadata() => Metadata(Schema(("id", "long")));

    public static string Add(string path, IDictionary<string, string?>? partitionValues = null, string? stats = null, string? vector = null, long? baseRowId = null) =>
        JsonSerializer.Serialize(new
        {
            add = new
            {
                path,
                partitionValues = partitionValues ?? new Dictionary<string, string?>(),
                size = 100,
                modificationTime = 0,
                dataChange = true,
                stats,
                baseRowId,
                defaultRowCommitVersion = baseRowId is null ? (long?)null : 4,
                deletionVector = vector is null ? null : new { storageType = "u", pathOrInlineDv = vector, offset = 1, sizeInBytes = 40, cardinality = 6 },
            },
        });

    public static string Remove(string path, string? vector = null) =>
        JsonSerializer.Serialize(new
        {
            remove = new
            {
                path,
                dataChange = true,
                deletionVector = vector is null ? null : new { storageType = "u", pathOrInlineDv = vector, offset = 1, sizeInBytes = 40, cardinality = 6 },
            },
        });

    public void Dispose() => folder.Dispose();
}
