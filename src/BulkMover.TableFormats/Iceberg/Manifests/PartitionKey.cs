namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>A partition as scope rules compare it: spec and values (Iceberg spec, "Scan Planning").</summary>
/// <param name="SpecId">The partition spec.</param>
/// <param name="Values">Equal for equal tuples, and only for them.</param>
internal readonly record struct PartitionKey(int SpecId, string Values);
