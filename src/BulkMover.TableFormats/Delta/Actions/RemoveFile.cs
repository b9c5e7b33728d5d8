namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>A logical file that left the table (PROTOCOL.md, "Add File and Remove File").</summary>
internal sealed record RemoveFile
{
    /// <summary>URI, percent-encoded, relative to the table or absolute.</summary>
    public string? Path { get; set; }

    public DeletionVector? DeletionVector { get; set; }
}
