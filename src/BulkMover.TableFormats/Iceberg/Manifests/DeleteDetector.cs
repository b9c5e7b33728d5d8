using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>
/// Says which kinds of deletes a snapshot has. Only manifests of delete files are read: a table without them costs nothing more than
/// its manifest list, and one whose deletes have all been compacted away is not refused.
/// </summary>
internal static class DeleteDetector
{
    public static async Task<IReadOnlyList<TableFeature>> FindAsync(
        IObjectStore store, IAsyncEnumerable<OpenManifest> manifests, IcebergSchema schema, CancellationToken cancellationToken)
    {
        var kinds = new Dictionary<string, TableFeature>(StringComparer.Ordinal);
        await foreach (OpenManifest manifest in manifests.WithCancellation(cancellationToken))
        {
            if (manifest.File.HasKeyMetadata)
                kinds.TryAdd("key metadata", TableFeatures.Harmless("key metadata", "Manifest Lists"));
            if (!manifest.File.HasDeletes)
                continue;
            await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
            var reader = new ManifestReader(file, manifest.File, new PartitionReader(manifest.Spec, schema), new MetricsReader([]));
            await foreach (DataFile deletes in reader.ReadAsync(cancellationToken))
            {
                TableFeature kind = Kind(deletes);
                kinds.TryAdd(kind.Name, kind);
            }
        }

        return [.. kinds.Values];
    }

    private static TableFeature Kind(DataFile deletes)
    {
        (string name, string section) = (deletes.Content, deletes.Format) switch
        {
            (FileContent.EqualityDeletes, _) => ("equality deletes", "Equality Delete Files"),
            (_, "puffin") => ("deletion vectors", "Deletion Vectors"),
            _ => ("position deletes", "Position Delete Files"),
        };
        return TableFeatures.Refused(name, section, "deleted rows would come back; compact the table to read it");
    }
}
