namespace BulkMover.Core.Tables;

/// <summary>A snapshot as the table's metadata lists it.</summary>
/// <param name="Id">Snapshot id (Iceberg) or version (Delta).</param>
/// <param name="CommittedAt">When it was committed, if the metadata says so.</param>
/// <param name="Operation">What made it: append, overwrite, WRITE, MERGE…; null when unknown.</param>
/// <param name="Refs">Branches and tags that point to it.</param>
public sealed record SnapshotSummary(long Id, DateTimeOffset? CommittedAt, string? Operation, IReadOnlyList<string> Refs);
