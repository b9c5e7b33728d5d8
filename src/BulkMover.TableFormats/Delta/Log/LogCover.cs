using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Chooses the commits and log compactions that tell a range of versions, as few as can be.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="commits">By version.</param>
/// <param name="compactions">By first version.</param>
internal sealed class LogCover(Location log, IReadOnlyList<LogCommit> commits, IReadOnlyList<LogCompaction> compactions)
{
    /// <summary>
    /// From each version that is not told yet, on with what reaches furthest. Log compactions may overlap: newest first, the one that ends
    /// later has the last word on whatever it tells, and about the rest the other one is right.
    /// </summary>
    /// <param name="floor">The range begins behind this version: what was up to there is in the checkpoint.</param>
    /// <param name="version">The last version of the range.</param>
    /// <returns>The files, newest first, and a version that none tells; null when they are complete.</returns>
    public (IReadOnlyList<StoredObject> Files, long? Missing) Of(long floor, long version)
    {
        var files = new List<StoredObject>();
        LogCompaction? furthest = null;
        int commit = 0, compaction = 0;
        for (long next = floor + 1; next <= version;)
        {
            for (; compaction < compactions.Count && compactions[compaction].First <= next; compaction++)
            {
                LogCompaction candidate = compactions[compaction];
                if (candidate.First > floor && candidate.Last <= version && (furthest is null || candidate.Last > furthest.Last))
                    furthest = candidate;
            }

            while (commit < commits.Count && commits[commit].Version < next)
                commit++;
            LogCommit? own = commit < commits.Count && commits[commit].Version == next ? commits[commit] : null;
            if (furthest is not null && furthest.Last >= (own is null ? next : next + 1))
            {
                files.Add(furthest.File);
                next = furthest.Last + 1;
            }
            else if (own is not null)
            {
                files.Add(own.FileIn(log));
                next++;
            }
            else
            {
                return (files, next);
            }
        }

        files.Reverse();
        return (files, null);
    }
}
