using System.Runtime.CompilerServices;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>The manifests of a snapshot: from its manifest list, or in v1 from the snapshot itself.</summary>
/// <param name="store">Where the table lies.</param>
/// <param name="metadata">The table's metadata.</param>
/// <param name="snapshot">The snapshot.</param>
internal sealed class SnapshotManifests(IObjectStore store, TableMetadata metadata, Snapshot snapshot)
{
    /// <summary>All manifests, in the order of the list: also those whose counts say that no file is live, because counts can be wrong.</summary>
    /// <exception cref="CorruptTableException">The list or a manifest of a v1 snapshot is missing or broken.</exception>
    public async IAsyncEnumerable<OpenManifest> ReadAsync(PathResolver paths, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<ManifestFile> manifests = snapshot.ManifestList is { } list
            ? ManifestListReader.ReadAsync(store, await paths.ResolveAsync(list, cancellationToken), cancellationToken)
            : snapshot.Manifests.Select(path => new ManifestFile { Path = path }).ToAsyncEnumerable();
        await foreach (ManifestFile manifest in manifests.WithCancellation(cancellationToken))
        {
            Location location = await paths.ResolveAsync(manifest.Path, cancellationToken);
            yield return new OpenManifest(manifest, location, await SpecOfAsync(manifest, location, cancellationToken));
        }
    }

    private async ValueTask<PartitionSpec> SpecOfAsync(ManifestFile manifest, Location location, CancellationToken cancellationToken)
    {
        if (manifest.SpecId is not { } id)
            return await ReadSpecAsync(location, cancellationToken);
        return metadata.Specs.TryGetValue(id, out PartitionSpec? spec)
            ? spec
            : throw new CorruptTableException("iceberg.manifest_invalid",
                $"Manifest '{location}' has the partition spec {id}, which the table's metadata does not list. Restore the metadata.");
    }

    /// <summary>A manifest that no list describes carries its spec in its own header ("Manifest Metadata").</summary>
    private async Task<PartitionSpec> ReadSpecAsync(Location location, CancellationToken cancellationToken)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(store, location, knownBytes: null, cancellationToken);
        string fields = file.Property("partition-spec") ?? throw new CorruptTableException("iceberg.manifest_invalid",
            $"Manifest '{location}' has no partition spec in its header.");
        try
        {
            using JsonDocument json = JsonDocument.Parse(fields);
            return PartitionSpecParser.Parse(0, new MetadataNode(json.RootElement, "partition-spec", location.ToString()));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new CorruptTableException("iceberg.manifest_invalid",
                $"The partition spec of manifest '{location}' is not valid: {error.Message}", error);
        }
    }
}
