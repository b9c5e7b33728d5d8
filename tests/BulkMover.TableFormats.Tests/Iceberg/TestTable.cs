using System.Text;
using System.Text.Json.Nodes;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Stores;
using Xunit;
using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>An Iceberg table in memory, written by hand after the specification; each test changes what it is about.</summary>
internal sealed class TestTable
{
    public const long SnapshotId = 7;

    private int manifests;

    public TestTable(string location = "s3://lake/db/t")
    {
        Location = location;
        Metadata = JsonNode.Parse($$"""
            {"format-version":2,"table-uuid":"f79c3e09-677c-4bbd-a479-3f349cb785e7","location":"{{location}}",
             "last-sequence-number":1,"last-updated-ms":1700000000000,"last-column-id":9,
             "current-schema-id":0,"schemas":[{"type":"struct","schema-id":0,"fields":[
               {"id":1,"name":"id","required":true,"type":"long"},
               {"id":2,"name":"name","required":false,"type":"string"},
               {"id":3,"name":"at","required":false,"type":"timestamptz"}]}],
             "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[]}],"last-partition-id":999,
             "default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],
             "properties":{},"current-snapshot-id":-1,"snapshots":[],"snapshot-log":[],"refs":{} }
            """)!.AsObject();
    }

    public MemoryObjectStore Store { get; } = new();

    /// <summary>As the metadata says.</summary>
    public string Location { get; }

    /// <summary>Where the table is put; the location itself unless a test moves it.</summary>
    public Location Root { get; init; } = new("s3", "lake/db/t");

    public JsonObject Metadata { get; }

    public JsonArray Columns => Metadata["schemas"]![0]!["fields"]!.AsArray();

    public TestTable WithSpec(int id, params IEnumerable<string> fields)
    {
        JsonArray specs = Metadata["partition-specs"]!.AsArray();
        specs.RemoveAll(spec => (int)spec!["spec-id"]! == id);
        specs.Add(JsonNode.Parse($$$"""{"spec-id":{{{id}}},"fields":[{{{string.Join(',', fields)}}}]}"""));
        Metadata["default-spec-id"] = id;
        return this;
    }

    /// <summary>Adds a snapshot with these manifests and makes it the current one.</summary>
    public TestTable WithSnapshot(params IEnumerable<TestManifest> files) => WithSnapshot(SnapshotId, 1_700_000_000_000, files);

    public TestTable WithSnapshot(long id, long milliseconds, params IEnumerable<TestManifest> files)
    {
        byte[][] records = [.. files.Select(ManifestRecord)];
        string path = $"metadata/snap-{id}.avro";
        Store[Root.Combine(path)] = File(ManifestListSchema, new Dictionary<string, string>(), records);
        Metadata["snapshots"]!.AsArray().Add(JsonNode.Parse($$"""
            {"snapshot-id":{{id}},"sequence-number":1,"timestamp-ms":{{milliseconds}},"schema-id":0,
             "summary":{"operation":"append"},"manifest-list":"{{Location}}/{{path}}"}
            """));
        Metadata["snapshot-log"]!.AsArray().Add(JsonNode.Parse($$"""{"snapshot-id":{{id}},"timestamp-ms":{{milliseconds}}}"""));
        Metadata["current-snapshot-id"] = id;
        return this;
    }

    public TestTable WithDataFiles(params IEnumerable<string> below)
    {
        foreach (string path in below)
            Store[Root.Combine(path)] = [0];
        return this;
    }

    public Location WriteMetadata(string name = "v1.metadata.json")
    {
        Location file = Root.Combine($"metadata/{name}");
        Store[file] = Encoding.UTF8.GetBytes(Metadata.ToJsonString());
        return file;
    }

    public async Task<IcebergTable> OpenAsync()
    {
        WriteMetadata();
        return await IcebergTable.OpenAsync(Store, Root, TestContext.Current.CancellationToken);
    }

    public async Task<IcebergSnapshot> OpenSnapshotAsync(string? selector = null) => (IcebergSnapshot)await (await OpenAsync())
        .OpenSnapshotAsync(selector is null ? null : SnapshotSelector.Parse(selector), TestContext.Current.CancellationToken);

    public async Task<List<ScanTask>> PlanAsync(string? where = null)
    {
        IcebergSnapshot snapshot = await OpenSnapshotAsync();
        Filter? filter = where is null ? null : FilterParser.Parse(where, snapshot.Schema);
        return await snapshot.PlanAsync(new Scan(snapshot, null, filter), TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The names of the planned files, without their directories.</summary>
    public async Task<IEnumerable<string>> PlanNamesAsync(string? where = null) => (await PlanAsync(where)).Select(task => task.File.Name);

    /// <summary>The file with another name for every <c>field-id</c> in its schema, of the same length.</summary>
    public static byte[] WithoutFieldIds(byte[] file) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(file).Replace("\"field-id\"", "\"field_ID\"", StringComparison.Ordinal));

    private const string ManifestListSchema =
        """
        {"type":"record","name":"manifest_file","fields":[
          {"name":"manifest_path","type":"string","field-id":500},
          {"name":"manifest_length","type":"long","field-id":501},
          {"name":"partition_spec_id","type":"int","field-id":502},
          {"name":"content","type":"int","field-id":517},
          {"name":"sequence_number","type":"long","field-id":515},
          {"name":"min_sequence_number","type":"long","field-id":516},
          {"name":"added_snapshot_id","type":"long","field-id":503},
          {"name":"added_data_files_count","type":"int","field-id":504},
          {"name":"partitions","field-id":507,"type":["null",{"type":"array","element-id":508,"items":{"type":"record","name":"r508","fields":[
            {"name":"contains_null","type":"boolean","field-id":509},
            {"name":"contains_nan","type":["null","boolean"],"field-id":518},
            {"name":"lower_bound","type":["null","bytes"],"field-id":510},
            {"name":"upper_bound","type":["null","bytes"],"field-id":511}]}}]},
          {"name":"first_row_id","type":["null","long"],"field-id":520}]}
        """;

    private byte[] ManifestRecord(TestManifest manifest)
    {
        string path = $"metadata/m{manifests++}.avro";
        byte[] bytes = manifest.Write();
        Store[Root.Combine(path)] = bytes;
        return
        [
            .. Text($"{Location}/{path}"), .. Long(bytes.Length), .. Long(manifest.SpecId), .. Long(manifest.Content),
            .. Long(manifest.SequenceNumber), .. Long(manifest.SequenceNumber), .. Long(SnapshotId), .. Long(manifest.Files.Count),
            .. OrNull(manifest.Summaries is null ? null : Array([.. manifest.Summaries])),
            .. OrNull(manifest.FirstRowId is { } id ? Long(id) : null),
        ];
    }
}
