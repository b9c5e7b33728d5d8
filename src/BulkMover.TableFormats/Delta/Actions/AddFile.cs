using System.Text.Json.Serialization;
using BulkMover.TableFormats.Delta.Statistics;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>A logical file of the table (PROTOCOL.md, "Add File and Remove File").</summary>
internal sealed record AddFile
{
    /// <summary>URI, percent-encoded, relative to the table or absolute.</summary>
    public string? Path { get; set; }

    public PartitionValues? PartitionValues { get; set; }

    /// <summary>Bytes of the data file.</summary>
    public long? Size { get; set; }

    /// <summary>When the data file was made, in milliseconds since 1970.</summary>
    public long? ModificationTime { get; set; }

    /// <summary>What its writer says of the file beyond the protocol.</summary>
    public Dictionary<string, string?>? Tags { get; set; }

    /// <summary>Statistics as JSON text in UTF-8; null when there are none.</summary>
    [JsonConverter(typeof(Utf8TextConverter))]
    public byte[]? Stats { get; set; }

    /// <summary>Row id of the first row ("Row Tracking"); later rows count on.</summary>
    public long? BaseRowId { get; set; }

    /// <summary>Version that the rows were committed in, as far as they do not say themselves.</summary>
    public long? DefaultRowCommitVersion { get; set; }

    public DeletionVector? DeletionVector { get; set; }

    /// <summary>Statistics that a checkpoint holds as a struct instead of text.</summary>
    [JsonIgnore]
    public FileStatistics? StatsParsed { get; set; }
}
