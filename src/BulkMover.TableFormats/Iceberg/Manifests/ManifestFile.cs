using System.Runtime.InteropServices;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>A manifest as the manifest list shows it (Iceberg spec, "Manifest Lists"), v1 fields defaulted.</summary>
internal sealed record ManifestFile
{
    /// <summary>As written.</summary>
    public required string Path { get; init; }

    /// <summary>Length in bytes; null for a v1 snapshot that lists its manifests by path alone.</summary>
    public long? Length { get; init; }

    /// <summary>The spec that its files are partitioned by; null for a v1 snapshot without a manifest list: the manifest itself tells.</summary>
    public int? SpecId { get; init; }

    /// <summary>True for a manifest of delete files.</summary>
    public bool HasDeletes { get; init; }

    /// <summary>What added files without a sequence number of their own inherit; 0 in v1.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>The least sequence number of its live files; 0 in v1.</summary>
    public long MinSequenceNumber { get; init; }

    /// <summary>How many entries it has of each status; null when a writer of v1 did not count them.</summary>
    public ManifestCounts? Counts { get; init; }

    /// <summary>What entries without a snapshot id inherit; null when unknown.</summary>
    public long? AddedSnapshotId { get; init; }

    /// <summary>The first row id that its data files without one inherit ("First Row ID Inheritance"); null when they inherit none.</summary>
    public long? FirstRowId { get; init; }

    /// <summary>One per field of the spec; empty when the writer gave none.</summary>
    public IReadOnlyList<FieldSummary> Partitions { get; init; } = [];

    /// <summary>What the writer gave as key metadata; the manifest may be encrypted then.</summary>
    public byte[]? KeyMetadata { get; init; }

    public bool HasKeyMetadata => KeyMetadata is not null;
}

/// <summary>Entries of a manifest by their status, and the rows of their files.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ManifestCounts(int AddedFiles, int ExistingFiles, int DeletedFiles, long AddedRows, long ExistingRows, long DeletedRows)
{
    /// <summary>No file of it is part of the table.</summary>
    public bool HasNoLiveFiles => AddedFiles == 0 && ExistingFiles == 0;
}

/// <summary>The values of one partition field in a manifest.</summary>
/// <param name="ContainsNull">Some file has null here.</param>
/// <param name="ContainsNaN">Some file has NaN here; null when unknown.</param>
/// <param name="LowerBound">Lower bound in single-value serialization; null when unknown or there are no values.</param>
/// <param name="UpperBound">Upper bound, likewise.</param>
internal sealed record FieldSummary(bool ContainsNull, bool? ContainsNaN, byte[]? LowerBound, byte[]? UpperBound);
