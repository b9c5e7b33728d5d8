namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>A row of a checkpoint: one of its parts is set.</summary>
public sealed record CheckpointRow
{
    public string[]? ReaderFeatures { get; init; }

    public int? MinReaderVersion { get; init; }

    public string? SchemaString { get; init; }

    public string[] PartitionColumns { get; init; } = [];

    public string? AddPath { get; init; }

    public Dictionary<string, string?> PartitionValues { get; init; } = [];

    public long? BaseRowId { get; init; }

    public string? Stats { get; init; }

    /// <summary>Rows, minimum and maximum of a column <c>id</c> as a struct.</summary>
    public (long Rows, long Min, long Max)? ParsedStats { get; init; }

    /// <summary>Path and length of a sidecar.</summary>
    public (string Path, long Bytes)? Sidecar { get; init; }

    public static CheckpointRow[] State(string schema, params string[] partitionColumns) =>
        [new() { MinReaderVersion = 1 }, new() { SchemaString = schema, PartitionColumns = partitionColumns }];

    public static CheckpointRow[] State() => State(DeltaFolder.Schema(("id", "long")));

    public static CheckpointRow Add(string path) => new() { AddPath = path };
}
