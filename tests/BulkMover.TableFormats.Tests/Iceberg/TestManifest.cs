using static BulkMover.TableFormats.Tests.Iceberg.AvroBytes;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>A manifest that a test writes, as Iceberg spec "Manifests" and Appendix A, "Avro", ask for.</summary>
internal sealed record TestManifest(params IReadOnlyList<TestFile> Files)
{
    public int SpecId { get; init; }

    /// <summary>0 data, 1 deletes.</summary>
    public int Content { get; init; }

    public long SequenceNumber { get; init; } = 1;

    public long? FirstRowId { get; init; }

    /// <summary>Avro fields of the partition tuple, such as <c>{"name":"a","type":["null","int"],"field-id":1000}</c>.</summary>
    public IReadOnlyList<string> PartitionFields { get; init; } = [];

    /// <summary>Encoded <c>field_summary</c> records; see <see cref="Summary"/>.</summary>
    public IReadOnlyList<byte[]>? Summaries { get; init; }

    public bool Deflate { get; init; } = true;

    /// <summary>True leaves out every field that v1 does not have.</summary>
    public bool IsVersion1 { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public static byte[] Summary(bool containsNull, bool? containsNaN, byte[]? lower, byte[]? upper) =>
        [(byte)(containsNull ? 1 : 0), .. OrNull(containsNaN is { } nan ? [(byte)(nan ? 1 : 0)] : null), .. OrNull(lower is null ? null : Bytes(lower)), .. OrNull(upper is null ? null : Bytes(upper))];

    public byte[] Write() => File(Schema(), Properties, [.. Files.Select(Entry)], Deflate, recordsPerBlock: 50);

    private string Schema()
    {
        string version2 = IsVersion1 ? "" : """
            {"name":"sequence_number","type":["null","long"],"field-id":3},{"name":"file_sequence_number","type":["null","long"],"field-id":4},
            """;
        string content = IsVersion1 ? "" : """{"name":"content","type":"int","field-id":134},""";
        string deletes = IsVersion1 ? "" : """
            ,{"name":"equality_ids","type":["null",{"type":"array","items":"int","element-id":136}],"field-id":135},
            {"name":"referenced_data_file","type":["null","string"],"field-id":143},
            {"name":"content_offset","type":["null","long"],"field-id":144},
            {"name":"content_size_in_bytes","type":["null","long"],"field-id":145},
            {"name":"first_row_id","type":["null","long"],"field-id":142}
            """;
        return $$$"""
            {"type":"record","name":"manifest_entry","fields":[
              {"name":"status","type":"int","field-id":0},
              {"name":"snapshot_id","type":["null","long"],"field-id":1},{{{version2}}}
              {"name":"data_file","field-id":2,"type":{"type":"record","name":"r2","fields":[{{{content}}}
                {"name":"file_path","type":"string","field-id":100},
                {"name":"file_format","type":"string","field-id":101},
                {"name":"partition","field-id":102,"type":{"type":"record","name":"r102","fields":[{{{string.Join(',', PartitionFields)}}}]}},
                {"name":"record_count","type":"long","field-id":103},
                {"name":"file_size_in_bytes","type":"long","field-id":104},
                {{{Map("null_value_counts", 110, "long")}}},{{{Map("lower_bounds", 125, "bytes")}}},{{{Map("upper_bounds", 128, "bytes")}}},
                {"name":"split_offsets","type":["null",{"type":"array","items":"long","element-id":133}],"field-id":132}{{{deletes}}}]}}]}
            """;
    }

    private static string Map(string name, int id, string value) => $$$"""
        {"name":"{{{name}}}","field-id":{{{id}}},"type":["null",{"type":"array","logicalType":"map","items":{"type":"record","name":"m{{{id}}}",
          "fields":[{"name":"key","type":"int","field-id":{{{id + 1}}}},{"name":"value","type":"{{{value}}}","field-id":{{{id + 2}}}}]}}]}
        """;

    private byte[] Entry(TestFile file) =>
    [
        .. Long(file.Status),
        .. OrNull(file.SnapshotId is { } snapshot ? Long(snapshot) : null),
        .. IsVersion1 ? [] : (byte[])[.. OrNull(file.SequenceNumber is { } number ? Long(number) : null), .. Null, .. Long(file.Content)],
        .. Text(file.Path), .. Text(file.Format), .. file.Partition, .. Long(file.Rows), .. Long(file.Bytes),
        .. Some(Array([.. file.NullCounts.Select(item => (byte[])[.. Long(item.Key), .. Long(item.Value)])])),
        .. Some(Array([.. file.LowerBounds.Select(item => (byte[])[.. Long(item.Key), .. Bytes(item.Value)])])),
        .. Some(Array([.. file.UpperBounds.Select(item => (byte[])[.. Long(item.Key), .. Bytes(item.Value)])])),
        .. Some(Array([Long(4), Long(500)])),
        .. IsVersion1 ? [] : Deletes(file),
    ];

    private static byte[] Deletes(TestFile file) =>
    [
        .. OrNull(file.EqualityIds is { } ids ? Array([.. ids.Select(id => Long(id))]) : null),
        .. OrNull(file.ReferencedDataFile is { } path ? Text(path) : null),
        .. OrNull(file.ContentOffset is { } offset ? Long(offset) : null),
        .. OrNull(file.ContentBytes is { } bytes ? Long(bytes) : null),
        .. OrNull(file.FirstRowId is { } id ? Long(id) : null),
    ];
}
