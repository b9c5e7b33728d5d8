namespace BulkMover.TableFormats.Delta.Log;

/// <summary>What a file of the log directory is (PROTOCOL.md, "File Types").</summary>
internal enum LogFileKind
{
    /// <summary>A log entry.</summary>
    Commit,

    /// <summary>The reconciled actions of a range of commits.</summary>
    Compaction,

    /// <summary>A checkpoint, or a part of one.</summary>
    Checkpoint,

    /// <summary>What a replay of the version must give.</summary>
    Checksum,
}
