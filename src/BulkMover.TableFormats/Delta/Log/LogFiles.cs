using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Sorts the files of the log directory by what their names say they are.</summary>
internal sealed class LogFiles
{
    private readonly Dictionary<(long Version, string Checkpoint), (int Parts, List<StoredObject> Files)> parts = [];

    public List<LogCommit> Commits { get; } = [];

    public List<LogCompaction> Compactions { get; } = [];

    /// <summary>By version.</summary>
    public Dictionary<long, StoredObject> Checksums { get; } = [];

    /// <summary>Files that are none of the log are left out: hints, temporary files.</summary>
    public void Add(StoredObject file)
    {
        switch (LogFileName.Parse(file.Location.Name))
        {
            case null:
                break;
            case { Kind: LogFileKind.Commit } commit:
                Commits.Add(new LogCommit(commit.Version, file.Bytes, file.Modified));
                break;
            case { Kind: LogFileKind.Compaction } compaction:
                Compactions.Add(new LogCompaction(compaction.First, compaction.Version, file));
                break;
            case { Kind: LogFileKind.Checksum } checksum:
                Checksums[checksum.Version] = file;
                break;
            case { } name when parts.TryGetValue((name.Version, name.Checkpoint), out (int Parts, List<StoredObject> Files) checkpoint):
                checkpoint.Files.Add(file);
                break;
            case { } name:
                parts.Add((name.Version, name.Checkpoint), (name.Parts, [file]));
                break;
        }
    }

    /// <summary>
    /// One for each version that has any: "readers must ignore multi-part checkpoints with missing parts", and of several for a version the
    /// first by name is as good as any (PROTOCOL.md, "Checkpoints").
    /// </summary>
    public IEnumerable<LogCheckpoint> Checkpoints() => parts
        .Where(entry => entry.Value.Files.Count == entry.Value.Parts)
        .OrderBy(entry => entry.Key.Checkpoint, StringComparer.Ordinal)
        .Select(entry => new LogCheckpoint(entry.Key.Version, entry.Value.Files))
        .DistinctBy(checkpoint => checkpoint.Version);
}
