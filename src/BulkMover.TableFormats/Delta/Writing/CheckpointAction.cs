using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>A row of a checkpoint: one action.</summary>
internal sealed record CheckpointAction
{
    public TableProtocol? Protocol { get; init; }

    public TableMetadata? Metadata { get; init; }

    public AddFile? Add { get; init; }

    /// <summary>A transaction, the metadata of a domain, or a tombstone.</summary>
    public WriterAction? Writer { get; init; }
}
