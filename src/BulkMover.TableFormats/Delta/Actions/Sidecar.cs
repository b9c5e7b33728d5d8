namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>A Parquet file with file actions of a v2 checkpoint (PROTOCOL.md, "Sidecar File Information").</summary>
internal sealed record Sidecar
{
    /// <summary>URI-encoded; usually only the name.</summary>
    public string? Path { get; init; }

    public long? SizeInBytes { get; init; }
}
