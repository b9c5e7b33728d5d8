using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>A manifest that was found.</summary>
/// <param name="File">What the snapshot says of it.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Spec">How its files are partitioned.</param>
internal sealed record OpenManifest(ManifestFile File, Location Location, PartitionSpec Spec);
