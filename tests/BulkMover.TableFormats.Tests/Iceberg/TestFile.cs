namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>An entry of a manifest that a test writes.</summary>
internal sealed record TestFile(string Path)
{
    /// <summary>0 existing, 1 added, 2 deleted.</summary>
    public int Status { get; init; } = 1;

    /// <summary>0 data, 1 position deletes, 2 equality deletes.</summary>
    public int Content { get; init; }

    public string Format { get; init; } = "PARQUET";

    public long Rows { get; init; } = 10;

    public long Bytes { get; init; } = 1000;

    /// <summary>The partition tuple, each value encoded as its field's Avro type (see <see cref="TestManifest.PartitionFields"/>).</summary>
    public byte[] Partition { get; init; } = [];

    public IReadOnlyDictionary<int, long> NullCounts { get; init; } = new Dictionary<int, long>();

    public IReadOnlyDictionary<int, byte[]> LowerBounds { get; init; } = new Dictionary<int, byte[]>();

    public IReadOnlyDictionary<int, byte[]> UpperBounds { get; init; } = new Dictionary<int, byte[]>();

    public long? SnapshotId { get; init; }

    public long? SequenceNumber { get; init; }

    public IReadOnlyList<int>? EqualityIds { get; init; }

    public string? ReferencedDataFile { get; init; }

    public long? ContentOffset { get; init; }

    public long? ContentBytes { get; init; }

    public long? FirstRowId { get; init; }
}
