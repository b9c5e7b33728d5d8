namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>All that a remove action says (PROTOCOL.md, "Add File and Remove File").</summary>
internal sealed record Tombstone
{
    public string? Path { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public long? DeletionTimestamp { get; init; }

    public bool? DataChange { get; init; }

    /// <summary>Partition values, size and tags are there.</summary>
    public bool? ExtendedFileMetadata { get; init; }

    public Dictionary<string, string?>? PartitionValues { get; init; }

    public long? Size { get; init; }

    public Dictionary<string, string?>? Tags { get; init; }

    public DeletionVector? DeletionVector { get; init; }
}
