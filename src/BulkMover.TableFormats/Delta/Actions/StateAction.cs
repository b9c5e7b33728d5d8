namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>The part of a log line that says how to read the table. Actions of other kinds leave both empty.</summary>
internal sealed record StateAction
{
    public TableProtocol? Protocol { get; set; }

    public TableMetadata? MetaData { get; set; }
}
