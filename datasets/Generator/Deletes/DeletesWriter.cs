using System.Globalization;
using BulkMover.Datasets.Lineitem;
using BulkMover.Datasets.ManyFiles;
using ParquetSharp;
using ParquetSharp.Schema;

namespace BulkMover.Datasets.Deletes;

/// <summary>Writes the table: data files of sequence number 1, delete files of sequence number 2, and metadata.</summary>
public static class DeletesWriter
{
    private const long SnapshotId = 4_021_776_318_045_522_944;

    /// <summary>Iceberg spec, "Reserved Field IDs".</summary>
    private const int FilePathId = 2147483546, PositionId = 2147483545;

    private const int OrderKeyId = 1;

    /// <returns>How many rows are deleted.</returns>
    public static long Write(DeletesOptions options, CancellationToken cancellationToken)
    {
        LineitemWriter.Write(options.Data, cancellationToken);
        string metadata = Path.Combine(options.Out, "metadata"), list = Path.Combine(metadata, $"snap-{SnapshotId}.avro");
        Directory.CreateDirectory(metadata);
        IReadOnlyList<FileEntry> data = [.. Enumerable.Range(0, options.Files).Select(file => FileEntry.Of(FileContent.Data, options.Data.PathOf(file), options.Data.RowsOf(file)))];
        IReadOnlyList<FileEntry> deletes = [.. options.Kind == DeletesKind.Positions ? WritePositions(options, cancellationToken) : [WriteEquality(options, cancellationToken)]];
        using (var manifests = new AvroFile(list, ManifestSchemas.List, ("format-version", "2")))
        {
            FileManifest.Write(manifests, Path.Combine(metadata, "data.avro"), data, SnapshotId, sequenceNumber: 1, Schema);
            FileManifest.Write(manifests, Path.Combine(metadata, "deletes.avro"), deletes, SnapshotId, sequenceNumber: 2, Schema);
            manifests.Close();
        }

        File.WriteAllText(Path.Combine(metadata, "v1.metadata.json"), Document(options.Out, list));
        return DeletedRows(options, cancellationToken).Sum(rows => (long)rows.Count);
    }

    /// <summary>Of each file, the positions and the keys of its deleted rows. Memory: those of one file.</summary>
    private static IEnumerable<List<(long Position, long OrderKey)>> DeletedRows(DeletesOptions options, CancellationToken cancellationToken)
    {
        // The rows once more: they are a function of the seed and their place.
        var rows = new LineitemRows(options.Data.Seed);
        var slice = new LineitemSlice();
        for (int file = 0; file < options.Files; file++)
        {
            var deleted = new List<(long, long)>();
            for (long first = 0, all = options.Data.RowsOf(file); first < all; first += LineitemSlice.MaxRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(LineitemSlice.MaxRows, all - first);
                rows.Fill(slice, count);
                deleted.AddRange(Enumerable.Range(0, count).Where(row => DeletesOptions.IsDeleted(slice.OrderKey[row])).Select(row => (first + row, slice.OrderKey[row])));
            }

            yield return deleted;
        }
    }

    private static IEnumerable<FileEntry> WritePositions(DeletesOptions options, CancellationToken cancellationToken)
    {
        int file = 0;
        foreach (List<(long Position, long OrderKey)> deleted in DeletedRows(options, cancellationToken))
        {
            string dataFile = options.Data.PathOf(file);
            string path = Path.Combine(options.Data.Out, string.Create(CultureInfo.InvariantCulture, $"deletes-{file++:D5}.parquet"));
            using (var schema = new GroupNode("table", Repetition.Required,
                [new PrimitiveNode("file_path", Repetition.Required, LogicalType.String(), PhysicalType.ByteArray, fieldId: FilePathId), Long("pos", PositionId)]))
            {
                WriteFile(path, schema, group =>
                {
                    using (LogicalColumnWriter<string> paths = group.NextColumn().LogicalWriter<string>())
                        paths.WriteBatch([.. deleted.Select(_ => dataFile)]);
                    using LogicalColumnWriter<long> positions = group.NextColumn().LogicalWriter<long>();
                    positions.WriteBatch([.. deleted.Select(row => row.Position)]);
                });
            }

            yield return FileEntry.Of(FileContent.PositionDeletes, path, deleted.Count) with { DataFile = dataFile };
        }
    }

    private static FileEntry WriteEquality(DeletesOptions options, CancellationToken cancellationToken)
    {
        long[] keys = [.. DeletedRows(options, cancellationToken).SelectMany(file => file.Select(row => row.OrderKey)).Distinct()];
        string path = Path.Combine(options.Data.Out, "deletes.parquet");
        using var schema = new GroupNode("table", Repetition.Required, [Long("l_orderkey", OrderKeyId)]);
        WriteFile(path, schema, group =>
        {
            using LogicalColumnWriter<long> column = group.NextColumn().LogicalWriter<long>();
            column.WriteBatch(keys);
        });
        return FileEntry.Of(FileContent.EqualityDeletes, path, keys.Length) with { EqualityId = OrderKeyId };
    }

    private static PrimitiveNode Long(string name, int id) => new(name, Repetition.Required, LogicalType.None(), PhysicalType.Int64, fieldId: id);

    private static void WriteFile(string path, GroupNode schema, Action<RowGroupWriter> write)
    {
        using var builder = new WriterPropertiesBuilder();
        using WriterProperties properties = builder.Compression(Compression.Zstd).Build();
        using var writer = new ParquetFileWriter(path, schema, properties);
        using (RowGroupWriter group = writer.AppendRowGroup())
            write(group);
        writer.Close();
    }

    private static string Schema => $$"""{"type":"struct","schema-id":0,"fields":[{{LineitemSchema.IcebergFields}}]}""";

    private static string Document(string location, string list) => $$"""
        {"format-version":2,"table-uuid":"0b9f4f0e-6f6d-4c57-8a86-1f0ad5a1c7d2","location":"{{location}}",
         "last-sequence-number":2,"last-updated-ms":1700000000000,"last-column-id":{{LineitemSchema.ColumnCount}},
         "current-schema-id":0,"schemas":[{{Schema}}],
         "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[]}],"last-partition-id":999,
         "default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}],"properties":{},
         "current-snapshot-id":{{SnapshotId}},"refs":{"main":{"snapshot-id":{{SnapshotId}},"type":"branch"} },
         "snapshots":[{"snapshot-id":{{SnapshotId}},"sequence-number":2,"timestamp-ms":1700000000000,"summary":{"operation":"overwrite"},
           "manifest-list":"{{list}}","schema-id":0}],
         "snapshot-log":[{"snapshot-id":{{SnapshotId}},"timestamp-ms":1700000000000}],"metadata-log":[]}
        """;
}
