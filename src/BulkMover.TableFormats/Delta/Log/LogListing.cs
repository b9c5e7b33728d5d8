using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// The commits, log compactions and checkpoints that <c>_delta_log</c> holds. The directory itself is listed and <c>_last_checkpoint</c> never
/// read: it is only a hint for stores that list slowly, and may be missing, stale or wrong (PROTOCOL.md, "Last Checkpoint File").
/// </summary>
internal sealed class LogListing
{
    private readonly Location log;
    private readonly LogCommit[] commits;
    private readonly LogCompaction[] compactions;
    private readonly LogCheckpoint[] checkpoints;
    private readonly IReadOnlyDictionary<long, StoredObject> checksums;

    private LogListing(Location log, LogFiles files)
    {
        this.log = log;
        commits = [.. files.Commits.OrderBy(commit => commit.Version)];
        compactions = [.. files.Compactions.OrderBy(compaction => compaction.First)];
        checkpoints = [.. files.Checkpoints().OrderBy(checkpoint => checkpoint.Version)];
        checksums = files.Checksums;
    }

    /// <summary>The last version that any file tells; -1 when there is none.</summary>
    public long LatestVersion => commits.Select(commit => commit.Version)
        .Concat(compactions.Select(compaction => compaction.Last))
        .Concat(checkpoints.Select(checkpoint => checkpoint.Version))
        .DefaultIfEmpty(-1).Max();

    /// <summary>The first version from which a replay can start: 0, or that of the oldest checkpoint once older entries are cleaned up.</summary>
    public long OldestVersion => commits is [{ Version: 0 }, ..]
        ? 0
        : checkpoints.Select(checkpoint => checkpoint.Version)
            .Concat(compactions.Where(compaction => compaction.First == 0).Select(compaction => compaction.Last))
            .DefaultIfEmpty(LatestVersion).Min();

    /// <summary>The versions from <see cref="OldestVersion"/> on, oldest first, each with its commit where that is still there.</summary>
    public IEnumerable<(long Version, StoredObject? Commit)> Versions => commits
        .Select(commit => (commit.Version, (StoredObject?)commit.FileIn(log)))
        .Concat(compactions.Select(compaction => (compaction.Last, (StoredObject?)null)))
        .Concat(checkpoints.Select(checkpoint => (checkpoint.Version, (StoredObject?)null)))
        .Where(entry => entry.Item1 >= OldestVersion)
        .DistinctBy(entry => entry.Item1)
        .OrderBy(entry => entry.Item1);

    /// <exception cref="CorruptTableException">There is no log, or nothing in it.</exception>
    public static async Task<LogListing> ReadAsync(IObjectStore store, Location table, CancellationToken cancellationToken)
    {
        Location directory = table.Combine("_delta_log");
        var files = new LogFiles();
        bool isEmpty = true;
        await foreach (StoredObject file in store.ListAsync(directory, cancellationToken))
        {
            isEmpty = false;
            if (file.Location.Parent == directory)
                files.Add(file);
        }

        if (isEmpty)
        {
            throw new CorruptTableException("delta.log_missing",
                $"'{table}' has no _delta_log directory, so it is no Delta table. Check the path; plain Parquet files are read with " +
                $"{table.AddressOf("parquet")}.");
        }

        var listing = new LogListing(directory, files);
        return listing.LatestVersion >= 0
            ? listing
            : throw new CorruptTableException("delta.log_empty",
                $"'{directory}' holds neither a commit nor a complete checkpoint, so there is no version to read. Check that the table was " +
                "copied whole.");
    }

    /// <param name="store">Where the log lies.</param>
    /// <param name="version">One of <see cref="Versions"/>.</param>
    /// <param name="cancellationToken">Stops the look at log compactions.</param>
    /// <exception cref="CorruptTableException">A commit that the version needs is missing.</exception>
    public async Task<LogSegment> SegmentOfAsync(IObjectStore store, long version, CancellationToken cancellationToken)
    {
        LogCheckpoint? checkpoint = Array.FindLast(checkpoints, candidate => candidate.Version <= version);
        for (List<LogCompaction> usable = [.. compactions]; ;)
        {
            (IReadOnlyList<StoredObject> files, long? missing) = new LogCover(log, commits, usable).Of(checkpoint?.Version ?? -1, version);
            if (missing is not null)
                throw Missing(version, missing.Value);

            LogCompaction? wrong = null;
            foreach (LogCompaction compaction in usable.Where(compaction => files.Contains(compaction.File)))
            {
                if (!await CompactionCheck.IsReconciledAsync(store, log.Parent, compaction.File, cancellationToken))
                    wrong = compaction;
            }

            if (wrong is null)
                return new LogSegment(version, checkpoint, files, checksums.GetValueOrDefault(version));
            usable.Remove(wrong);
        }
    }

    private CorruptTableException Missing(long version, long missing) => new("delta.commit_missing",
        $"Version {version} of '{log.Parent}' needs commit {missing:D20}.json, which is not in the log, and no complete checkpoint covers it, nor " +
        "does a log compaction that tells each file once. Restore it, or choose another version with --snapshot.");
}
