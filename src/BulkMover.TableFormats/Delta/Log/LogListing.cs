using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// The commits and checkpoints that <c>_delta_log</c> holds. The directory itself is listed and <c>_last_checkpoint</c> never read: it is only
/// a hint for stores that list slowly, and may be missing, stale or wrong (PROTOCOL.md, "Last Checkpoint File").
/// </summary>
internal sealed class LogListing
{
    private readonly Location log;
    private readonly LogCommit[] commits;
    private readonly LogCheckpoint[] checkpoints;

    private LogListing(Location log, IEnumerable<LogCommit> commits, IEnumerable<LogCheckpoint> checkpoints)
    {
        this.log = log;
        this.commits = [.. commits.OrderBy(commit => commit.Version)];
        this.checkpoints = [.. checkpoints.OrderBy(checkpoint => checkpoint.Version)];
    }

    public long LatestVersion => Math.Max(
        commits.Length > 0 ? commits[^1].Version : -1, checkpoints.Length > 0 ? checkpoints[^1].Version : -1);

    /// <summary>The first version from which a replay can start: 0, or that of the oldest checkpoint once older entries are cleaned up.</summary>
    public long OldestVersion => commits is [{ Version: 0 }, ..] ? 0 : checkpoints.Length > 0 ? checkpoints[0].Version : LatestVersion;

    /// <summary>The versions from <see cref="OldestVersion"/> on, oldest first, each with its commit where that is still there.</summary>
    public IEnumerable<(long Version, StoredObject? Commit)> Versions => commits
        .Select(commit => (commit.Version, (StoredObject?)FileOf(commit)))
        .Concat(checkpoints.Select(checkpoint => (checkpoint.Version, (StoredObject?)null)))
        .Where(entry => entry.Version >= OldestVersion)
        .DistinctBy(entry => entry.Version)
        .OrderBy(entry => entry.Version);

    /// <exception cref="CorruptTableException">There is no log, or nothing in it.</exception>
    public static async Task<LogListing> ReadAsync(IObjectStore store, Location table, CancellationToken cancellationToken)
    {
        Location directory = table.Combine("_delta_log");
        var found = new List<LogCommit>();
        var parts = new Dictionary<(long Version, string Checkpoint), (int Parts, List<StoredObject> Files)>();
        bool isEmpty = true;
        await foreach (StoredObject file in store.ListAsync(directory, cancellationToken))
        {
            isEmpty = false;
            if (file.Location.Parent != directory || LogFileName.Parse(file.Location.Name) is not { } name)
                continue;
            if (name.Checkpoint is null)
                found.Add(new LogCommit(name.Version, file.Bytes, file.Modified));
            else if (parts.TryGetValue((name.Version, name.Checkpoint), out (int Parts, List<StoredObject> Files) checkpoint))
                checkpoint.Files.Add(file);
            else
                parts.Add((name.Version, name.Checkpoint), (name.Parts, [file]));
        }

        if (isEmpty)
        {
            throw new CorruptTableException("delta.log_missing",
                $"'{table}' has no _delta_log directory, so it is no Delta table. Check the path; plain Parquet files are read with " +
                $"parquet:{table}.");
        }

        // "readers must ignore multi-part checkpoints with missing parts"; of several for a version the first by name is as good as any.
        IEnumerable<LogCheckpoint> complete = parts
            .Where(entry => entry.Value.Files.Count == entry.Value.Parts)
            .OrderBy(entry => entry.Key.Checkpoint, StringComparer.Ordinal)
            .Select(entry => new LogCheckpoint(entry.Key.Version, entry.Value.Files))
            .DistinctBy(checkpoint => checkpoint.Version);
        var listing = new LogListing(directory, found, complete);
        return listing.LatestVersion >= 0
            ? listing
            : throw new CorruptTableException("delta.log_empty",
                $"'{directory}' holds neither a commit nor a complete checkpoint, so there is no version to read. Check that the table was " +
                "copied whole.");
    }

    /// <exception cref="CorruptTableException">A commit that the version needs is missing.</exception>
    public LogSegment SegmentOf(long version)
    {
        LogCheckpoint? checkpoint = Array.FindLast(checkpoints, candidate => candidate.Version <= version);
        long floor = checkpoint?.Version ?? -1, expected = version;
        var newer = new List<StoredObject>();
        foreach (LogCommit commit in commits.Reverse().Where(commit => commit.Version <= version && commit.Version > floor))
        {
            if (commit.Version != expected)
                throw Missing(version, expected);
            newer.Add(FileOf(commit));
            expected--;
        }

        return expected == floor ? new LogSegment(version, checkpoint, newer) : throw Missing(version, expected);
    }

    private StoredObject FileOf(LogCommit commit) => new(log.Combine($"{commit.Version:D20}.json"), commit.Bytes, commit.Modified);

    private CorruptTableException Missing(long version, long missing) =>
        new("delta.commit_missing",
            $"Version {version} of '{log.Parent}' needs commit {missing:D20}.json, which is not in the log, and no complete checkpoint covers it. " +
            "Restore it, or choose another version with --snapshot.");
}
