using BulkMover.TableFormats.Delta.Statistics;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>A logical file of the table (PROTOCOL.md, "Add File and Remove File").</summary>
internal sealed record AddFile
{
    /// <summary>URI, percent-encoded, relative to the table or absolute.</summary>
    public string? Path { get; init; }

    public Dictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>Bytes of the data file.</summary>
    public long? Size { get; init; }

    /// <summary>Statistics as JSON text; null when there are none.</summary>
    public string? Stats { get; init; }

    public DeletionVector? DeletionVector { get; init; }

    /// <summary>Statistics that a checkpoint holds as a struct instead of text.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public FileStatistics? StatsParsed { get; init; }
}
