using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>The files that a replay, newest first, has heard of: each with the commit that spoke first, and what it said.</summary>
/// <param name="segment">What is replayed.</param>
/// <param name="table">For messages.</param>
internal sealed class KnownFiles(LogSegment segment, Location table)
{
    /// <summary>What a remove says; an add says which rows there are, and that is never this.</summary>
    private const int Removed = 0;

    private readonly FirstWords first = new();
    private bool hasVectors;

    /// <summary>Has the files looked up soon: memory brings many places at a time in the time of one.</summary>
    public void Expect(ReadOnlySpan<LiveFile> files)
    {
        foreach (ref readonly LiveFile file in files)
            first.Expect(file.Key);
    }

    /// <summary>The file left the table.</summary>
    /// <param name="file">Where its data lies.</param>
    /// <param name="vector">Its deletion vector, which is a part of what it is.</param>
    /// <param name="commit">Index of the commit that speaks.</param>
    /// <exception cref="CorruptTableException">The log says two things about the file at once.</exception>
    public void Remove(Location file, DeletionVector? vector, int commit) => IsNews(FileKey.Of(file, vector), file, commit, Removed);

    /// <summary>True when nothing newer was said about the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="commit">Index of the log file that speaks; the count of them for the checkpoint.</param>
    /// <exception cref="CorruptTableException">The log says two things about the file at once.</exception>
    public bool IsNews(LiveFile file, int commit)
    {
        bool isNews = IsNews(file.Key, file.Location, commit, WhatItSays(file.Add));
        if (isNews)
            ThrowIfPathIsAlive(file.Location, file.Add.DeletionVector);
        return isNews;
    }

    private bool IsNews(UInt128 key, Location file, int commit, int said)
    {
        if (first.TryAdd(key, (commit, said), out (int Commit, int Said) known))
            return true;

        // "A single log entry MUST NOT include more than one action that reconciles with each other": the order of actions within one
        // says nothing, so a file both added and removed could be either. The same word twice is harmless, and there are writers of it.
        if (known.Commit == commit && known.Said != said)
        {
            Location log = (commit < segment.Commits.Count ? segment.Commits[commit] : segment.Checkpoint!.Files[0]).Location;
            throw new CorruptTableException("delta.log_contradiction",
                $"'{log}' says two things about '{file}': that it is there and is not, or that its size, partition values or row ids are these and others. Choose an " +
                "earlier version with --snapshot, or have the table's writer repair it.");
        }

        return false;
    }

    private static int WhatItSays(AddFile add)
    {
        int values = HashCode.Combine(add.Size, add.BaseRowId, add.DefaultRowCommitVersion, add.PartitionValues?.ContentHash ?? 0);
        return values == Removed ? 1 : values;
    }

    /// <summary>
    /// "A collection of add actions with unique path keys": the rows of a file would come twice where a commit gave it another deletion vector
    /// and did not remove the old one. A live file with a vector leaves a mark for its path; one without is found by its own key.
    /// </summary>
    private void ThrowIfPathIsAlive(Location file, DeletionVector? vector)
    {
        hasVectors |= vector is not null;
        if (!hasVectors)
            return;

        bool isAlive = vector is null
            ? first.Find(FileKey.OfPath(file)) is not null
            : !first.TryAdd(FileKey.OfPath(file), default, out _) || first.Find(FileKey.Of(file, null)) is { } plain && plain.Said != Removed;
        if (isAlive)
        {
            throw new CorruptTableException("delta.log_contradiction",
                $"Version {segment.Version} of '{table}' has '{file}' twice, with different deletion vectors, so it is not known which of its rows " +
                "are deleted. Choose an earlier version with --snapshot, or have the table's writer repair it.");
        }
    }
}
