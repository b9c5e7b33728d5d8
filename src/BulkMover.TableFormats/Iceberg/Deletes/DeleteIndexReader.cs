using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Indexes the delete files of a snapshot and says which kinds there are. Only manifests of delete files are read: a table without them
/// costs nothing more than its manifest list.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="schema">The schema that is read.</param>
/// <param name="columns">Finds delete columns.</param>
internal sealed class DeleteIndexReader(IObjectStore store, IcebergSchema schema, EqualityColumns columns)
{
    /// <summary>Field <c>file_path</c> of position delete files ("Reserved Field IDs").</summary>
    public const int FilePathId = 2147483546;

    private readonly DeleteIndex index = new();
    private readonly Dictionary<string, TableFeature> features = new(StringComparer.Ordinal);

    public IReadOnlyCollection<TableFeature> Features => features.Values;

    /// <exception cref="CorruptTableException">A manifest is missing or broken.</exception>
    public async Task<DeleteIndex> ReadAsync(IAsyncEnumerable<OpenManifest> manifests, CancellationToken cancellationToken)
    {
        await foreach (OpenManifest manifest in manifests.WithCancellation(cancellationToken))
        {
            if (manifest.File.HasKeyMetadata)
                Note(IcebergFeatures.All["key metadata"]);
            if (!manifest.File.HasDeletes)
                continue;
            await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
            var reader = new ManifestReader(
                file, manifest.File, new PartitionReader(manifest.Spec, schema), new MetricsReader([FilePathId]), new PartitionKeyReader(manifest.Spec));
            await foreach (DataFile deletes in reader.ReadAsync(cancellationToken))
                Add(deletes, manifest.Spec.IsUnpartitioned);
        }

        return index;
    }

    private void Add(DataFile file, bool isUnpartitioned)
    {
        switch (file.Content, file.Format)
        {
            case (FileContent.PositionDeletes, "puffin"):
                Note(IcebergFeatures.All["deletion vectors"]);
                index.AddVector(Describe(file), file.ReferencedDataFile ?? throw Broken(file, "it does not say which data file it is for (field 143)"));
                break;
            case (FileContent.PositionDeletes, "parquet"):
                Note(IcebergFeatures.All["position deletes"]);
                index.AddPositions(Describe(file), file.ReferencedDataFile);
                break;
            case (FileContent.EqualityDeletes, "parquet"):
                Note(IcebergFeatures.All["equality deletes"]);
                AddEquality(file, isUnpartitioned);
                break;
            case (FileContent.Data, _):
                throw Broken(file, "it lies in a manifest of delete files and holds data");
            default:
                Note(TableFeatures.OfFiles(file.Format, file.Content == FileContent.PositionDeletes ? "position deletes" : "equality deletes"));
                break;
        }
    }

    private void AddEquality(DataFile file, bool isUnpartitioned)
    {
        if (file.EqualityIds.Count == 0)
            throw Broken(file, "it has no delete columns (field 135)");
        if (columns.Resolve(file.EqualityIds, out string? refusal) is { } key)
            index.AddEquality(Describe(file), key, isUnpartitioned);
        else
            Note(IcebergFeatures.All["equality deletes by columns that cannot be compared"] with { Name = $"equality deletes where {refusal}" });
    }

    private static DeleteFile Describe(DataFile file)
    {
        bool isVector = file.Format == "puffin";
        if (isVector && file is not { ContentOffset: >= 0, ContentBytes: > 0 and <= int.MaxValue })
            throw Broken(file, $"its deletion vector is said to have {file.ContentBytes} bytes at {file.ContentOffset} (fields 144 and 145)");
        return new DeleteFile
        {
            Path = file.Path,
            Bytes = file.Bytes,
            Rows = file.Rows,
            SequenceNumber = file.SequenceNumber ?? throw Broken(file, "it has no sequence number (field 3)"),
            Partition = file.PartitionKey,
            FirstPath = isVector ? null : file.Metrics[0].LowerBound,
            LastPath = isVector ? null : file.Metrics[0].UpperBound,
            ContentOffset = file.ContentOffset ?? 0,
            ContentBytes = (int)(file.ContentBytes ?? 0),
        };
    }

    private void Note(TableFeature feature) => features.TryAdd(feature.Name, feature);

    private static CorruptTableException Broken(DataFile file, string why) =>
        new("iceberg.deletes_invalid", $"The delete file '{file.Path}' cannot be applied: {why}. Choose an older snapshot, or rewrite the table's deletes.");
}
