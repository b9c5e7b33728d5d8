namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>A row of a checkpoint: one of its parts is set.</summary>
public sealed record CheckpointRow
{
    public string[]? ReaderFeatures { get; init; }

    public string[]? WriterFeatures { get; init; }

    public int? MinReaderVersion { get; init; }

    public string? SchemaString { get; init; }

    public string[] PartitionColumns { get; init; } = [];

    public Dictionary<string, string?> Configuration { get; init; } = [];

    public string? AddPath { get; init; }

    public long Size { get; init; } = 100;

    public (string StorageType, string PathOrInlineDv, int? Offset, int SizeInBytes, long Cardinality)? Vector { get; init; }

    /// <summary>Path of a tombstone.</summary>
    public string? RemovePath { get; init; }

    public Dictionary<string, string?> PartitionValues { get; init; } = [];

    public long? BaseRowId { get; init; }

    public string? Stats { get; init; }

    public CheckpointStatistics? ParsedStats { get; init; }

    /// <summary>Of the checkpoint itself, where it is one of v2.</summary>
    public long? CheckpointVersion { get; init; }

    /// <summary>Path and length of a sidecar.</summary>
    public (string Path, long Bytes)? Sidecar { get; init; }

    public static CheckpointRow[] State(string schema, params string[] partitionColumns) =>
        [new() { MinReaderVersion = 1 }, new() { SchemaString = schema, PartitionColumns = partitionColumns }];

    public static CheckpointRow[] State() => State(DeltaFolder.Schema(("id", "long")));

    public static CheckpointRow Add(string path) => new() { AddPath = path };
}
