namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>The part of a log line that a log compaction must not have twice. Of the files only the keys are looked at.</summary>
internal sealed record CompactedAction
{
    public RemoveFile? Add { get; set; }

    public RemoveFile? Remove { get; set; }

    public TableProtocol? Protocol { get; set; }

    public TableMetadata? MetaData { get; set; }
}
