using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>Writes an Iceberg table of one snapshot: data manifests, manifests of deletes, the manifest list and the metadata document.</summary>
internal sealed class IcebergMetadataWriter(ManyFilesOptions options)
{
    private const long SnapshotId = 5_174_829_304_711_846_720;

    private static readonly string EntrySchema = ManifestSchemas.EntryOf(
        ManifestSchemas.Optional("region", 1000, "\"string\""), ManifestSchemas.Optional("day", 1001, """{"type":"int","logicalType":"date"}"""));

    private readonly string metadata = Path.Combine(options.Out, "metadata");
    private readonly ManifestEntry entries = new(Path.Combine(options.Out, "data"), SnapshotId);

    public void Write(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(metadata);
        using var list = new AvroFile(Path.Combine(metadata, $"snap-{SnapshotId}.avro"), ManifestSchemas.List, ("format-version", Version));
        for (int first = 0; first < options.Files; first += ManyFilesOptions.FilesPerManifest)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteManifest(list, "data", isDeletes: false, first, ManyFilesOptions.FilesPerManifest, (to, number) => entries.Data(to, new PlannedFile(number)));
            if (options.Kind != ManyFilesKind.Iceberg)
                WriteManifest(list, "deletes", isDeletes: true, first, ManyFilesOptions.FilesPerManifest / 10, WriteDelete);

            void WriteDelete(AvroBuffer to, int number) => WriteDeleteOf(to, first + (10 * (number - first)));
        }

        list.Close();
        File.WriteAllText(Path.Combine(metadata, "v1.metadata.json"), Document());
    }

    private string Version => options.Kind == ManyFilesKind.IcebergVectors ? "3" : "2";

    private void WriteDeleteOf(AvroBuffer to, int dataFile)
    {
        var file = new PlannedFile(dataFile);
        if (options.Kind == ManyFilesKind.IcebergVectors)
            entries.Vector(to, file, dataFile / 10);
        else if (dataFile % 100 == 0)
            entries.Equality(to, file);
        else
            entries.Positions(to, file);
    }

    private void WriteManifest(AvroFile list, string name, bool isDeletes, int first, int count, Action<AvroBuffer, int> writeEntry)
    {
        string path = Path.Combine(metadata, string.Create(CultureInfo.InvariantCulture, $"{name}-{first / ManyFilesOptions.FilesPerManifest:D5}.avro"));
        using var manifest = new AvroFile(path, EntrySchema,
            ("schema", Schema), ("partition-spec", Spec), ("partition-spec-id", "0"), ("format-version", Version), ("content", isDeletes ? "deletes" : "data"));
        for (int number = first; number < first + count; number++)
        {
            writeEntry(manifest.Values, number);
            manifest.EndRecord();
        }

        AvroBuffer to = list.Values;
        to.Text(path);
        to.Long(manifest.Close());
        to.Long(0);
        to.Long(isDeletes ? 1 : 0);
        to.Long(isDeletes ? 2 : 1); // sequence number
        to.Long(isDeletes ? 2 : 1);
        to.Long(SnapshotId);
        to.Long(count);
        to.Long(0);
        to.Long(0);
        to.Long(1_000_000L * count);
        to.Long(0);
        to.Long(0);
        to.Some();
        to.Long(2);
        Summary(to, Encoding.UTF8.GetBytes(new PlannedFile(first).Region), Encoding.UTF8.GetBytes(new PlannedFile(first + ManyFilesOptions.FilesPerManifest - 1).Region));
        byte[] day = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(day, new PlannedFile(first).DaysSince1970);
        Summary(to, day, day);
        to.Long(0);
        list.EndRecord();
    }

    private static void Summary(AvroBuffer to, byte[] low, byte[] high)
    {
        to.Byte(0); // no null
        to.Some();
        to.Byte(0); // no NaN
        to.Some();
        to.Bytes(low);
        to.Some();
        to.Bytes(high);
    }

    private static string Schema => $$"""
        {"type":"struct","schema-id":0,"fields":[{{string.Join(',', PlannedTable.Columns.Select((column, place) =>
            $$"""{"id":{{place + 1}},"name":"{{column.Name}}","required":false,"type":"{{column.Iceberg}}"}"""))}}]}
        """;

    private static string Spec =>
        """[{"source-id":3,"field-id":1000,"name":"region","transform":"identity"},{"source-id":2,"field-id":1001,"name":"day","transform":"day"}]""";

    private string Document() => $$"""
        {"format-version":{{Version}},"table-uuid":"6f0a1c3e-52a7-4b7e-9d0c-0d6b8f2f4a11","location":"{{options.Out}}",
         "last-sequence-number":2,"last-updated-ms":1700000000000,"last-column-id":{{PlannedTable.Columns.Count}},"next-row-id":0,
         "current-schema-id":0,"schemas":[{{Schema}}],
         "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":{{Spec}}}],"last-partition-id":1001,
         "default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],"properties":{},
         "current-snapshot-id":{{SnapshotId}},"refs":{"main":{"snapshot-id":{{SnapshotId}},"type":"branch"} },
         "snapshots":[{"snapshot-id":{{SnapshotId}},"sequence-number":2,"timestamp-ms":1700000000000,"summary":{"operation":"append"},
           "manifest-list":"{{Path.Combine(metadata, $"snap-{SnapshotId}.avro")}}","schema-id":0,"first-row-id":0,"added-rows":0}],
         "snapshot-log":[{"snapshot-id":{{SnapshotId}},"timestamp-ms":1700000000000}],"metadata-log":[]}
        """;
}
