using System.Runtime.CompilerServices;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// The manifests of a table's current snapshot that have live files, each with its counts. Those that only tell what an earlier snapshot has
/// deleted are of no use to a later one.
/// </summary>
internal static class LiveManifests
{
    /// <exception cref="Core.Errors.CorruptTableException">The list or a manifest is missing or broken.</exception>
    public static async IAsyncEnumerable<OpenManifest> ReadAsync(
        IObjectStore store, Location root, TableState state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (state.Current is not { } snapshot)
            yield break;
        var paths = PathResolver.ForMetadata(store, root, state.Metadata.Location);
        await foreach (OpenManifest manifest in new SnapshotManifests(store, state.Metadata, snapshot).ReadAsync(paths, cancellationToken))
        {
            ManifestCounts counts = manifest.File.Counts ?? await CountAsync(store, manifest, cancellationToken);
            if (!counts.HasNoLiveFiles)
                yield return manifest with { File = manifest.File with { Counts = counts, AddedSnapshotId = manifest.File.AddedSnapshotId ?? snapshot.Id } };
        }
    }

    /// <summary>True when a data file is part of the table.</summary>
    public static async Task<bool> HaveDataAsync(IObjectStore store, Location root, TableState state, CancellationToken cancellationToken) =>
        await ReadAsync(store, root, state, cancellationToken).AnyAsync(manifest => !manifest.File.HasDeletes, cancellationToken);

    private static async Task<ManifestCounts> CountAsync(IObjectStore store, OpenManifest manifest, CancellationToken cancellationToken)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
        return await ManifestEntries.CountAsync(file, manifest.File, cancellationToken);
    }
}
