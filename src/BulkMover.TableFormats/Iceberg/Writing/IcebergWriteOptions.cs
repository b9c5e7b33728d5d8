using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>How an Iceberg table is written.</summary>
internal sealed record IcebergWriteOptions
{
    /// <summary>
    /// How a new table is partitioned, as the user says: <c>country</c>, <c>day(ts)</c>, <c>bucket(16, id)</c>. Null to do as the source does;
    /// empty for a table without partitions.
    /// </summary>
    public IReadOnlyList<string>? PartitionBy { get; init; }

    /// <summary>Some minutes of others that commit all the time, and a catalog that comes back within them.</summary>
    public Retry Commits { get; init; } = new() { Attempts = 20, FirstWait = TimeSpan.FromMilliseconds(100), LongestWait = TimeSpan.FromSeconds(20) };

    /// <summary>What the reference implementation aims at: planning reads whole manifests, several side by side.</summary>
    public long ManifestBytes { get; init; } = 8 * 1024 * 1024;
}
