namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>The part of a log line that says which files are the table. Actions of other kinds leave all empty.</summary>
internal sealed record FileAction
{
    public AddFile? Add { get; set; }

    public RemoveFile? Remove { get; set; }

    /// <summary>Only in v2 checkpoints.</summary>
    public Sidecar? Sidecar { get; set; }
}
