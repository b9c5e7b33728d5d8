using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>What a manifest says of a live data or delete file (Iceberg spec, "Entries in Manifests").</summary>
internal sealed record DataFile
{
    /// <summary>As written.</summary>
    public required string Path { get; init; }

    public required FileContent Content { get; init; }

    /// <summary>Lower case: <c>parquet</c>, <c>orc</c>, <c>avro</c>, <c>puffin</c>.</summary>
    public required string Format { get; init; }

    public required long Rows { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Data sequence number, inherited from the manifest where an added entry has none; 0 in v1. Null when it is missing.</summary>
    public required long? SequenceNumber { get; init; }

    /// <summary>The snapshot that added the file, inherited likewise; null when unknown.</summary>
    public required long? SnapshotId { get; init; }

    /// <summary>
    /// The partition tuple, in the order of the spec's fields: of the column's type for identity and truncate, a count else. Null where the
    /// manifest has no value or its type cannot be told.
    /// </summary>
    public required IReadOnlyList<Scalar?> Partition { get; init; }

    /// <summary>The partition to compare with others; only where it was asked for.</summary>
    public PartitionKey PartitionKey { get; init; }

    /// <summary>Statistics of the columns that were asked for, in that order.</summary>
    public required IReadOnlyList<ColumnMetrics> Metrics { get; init; }

    /// <summary>Row id of a data file's first row, inherited from the manifest where the entry has none; null when its rows have no ids.</summary>
    public long? FirstRowId { get; init; }

    /// <summary>Field ids of the delete columns of an equality delete file.</summary>
    public IReadOnlyList<int> EqualityIds { get; init; } = [];

    /// <summary>The data file that all deletes of a delete file are for, as written; null when there may be several.</summary>
    public string? ReferencedDataFile { get; init; }

    /// <summary>Where a deletion vector begins in its file, in bytes.</summary>
    public long? ContentOffset { get; init; }

    /// <summary>Length of a deletion vector.</summary>
    public long? ContentBytes { get; init; }
}

/// <summary>Values of field 134, <c>content</c>.</summary>
internal enum FileContent
{
    Data,
    PositionDeletes,
    EqualityDeletes,
}

/// <summary>Statistics of one column in one file.</summary>
/// <param name="NullCount">Number of nulls; null when unknown.</param>
/// <param name="LowerBound">In single-value serialization; null when unknown.</param>
/// <param name="UpperBound">Likewise.</param>
internal readonly record struct ColumnMetrics(long? NullCount, byte[]? LowerBound, byte[]? UpperBound);
