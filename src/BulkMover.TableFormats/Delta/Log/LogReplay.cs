using System.Runtime.CompilerServices;
using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Reconciles the actions of a version (PROTOCOL.md, "Action Reconciliation"), newest first: the first word about a file is the last one, so
/// files stream through and only their keys are remembered (75 bytes each, measured with a million).
/// </summary>
internal sealed class LogReplay(IObjectStore store, Location table, LogSegment segment)
{
    /// <summary>The newest protocol and the newest metadata.</summary>
    /// <exception cref="CorruptTableException">The log has no protocol or no metadata, or cannot be read.</exception>
    public async Task<(TableProtocol Protocol, TableMetadata Metadata)> ReadStateAsync(CancellationToken cancellationToken)
    {
        var state = new StateAction();
        foreach (StoredObject commit in segment.Commits)
        {
            await foreach (StateAction action in JsonLines.ReadAsync(store, commit, ActionJson.Default.StateAction, cancellationToken))
            {
                state = Older(action, state);
                if (state is { Protocol: { } protocol, MetaData: { } metadata })
                    return (protocol, metadata);
            }
        }

        if (segment.Checkpoint is { } checkpoint)
        {
            await foreach (StateAction action in CheckpointReader.ReadStateAsync(store, checkpoint, cancellationToken))
                state = Older(action, state);
        }

        return (state.Protocol ?? throw Missing("protocol"), state.MetaData ?? throw Missing("metaData"));
    }

    /// <summary>The live files, in the same order at every call.</summary>
    /// <param name="statistics">Top-level columns whose statistics are wanted; the row count always is.</param>
    /// <param name="cancellationToken">Stops the replay.</param>
    /// <exception cref="CorruptTableException">The log cannot be read, or says two things about a file at once.</exception>
    public async IAsyncEnumerable<(AddFile Add, Location File)> LiveFilesAsync(
        IReadOnlyList<Field> statistics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Each key with the commit that spoke first, and what it said.
        var seen = new Dictionary<UInt128, (int Commit, bool IsAdd)>();
        for (int commit = 0; commit < segment.Commits.Count; commit++)
        {
            await foreach (FileAction action in JsonLines.ReadAsync(store, segment.Commits[commit], ActionJson.Default.FileAction, cancellationToken))
            {
                if (action.Remove is { } remove)
                    IsNews(seen, DeltaPath.Resolve(table, remove.Path), remove.DeletionVector, (commit, IsAdd: false));
                if (action.Add is { } add)
                {
                    Location file = DeltaPath.Resolve(table, add.Path);
                    if (IsNews(seen, file, add.DeletionVector, (commit, IsAdd: true)))
                        yield return (add, file);
                }
            }
        }

        if (segment.Checkpoint is null)
            yield break;
        await foreach (AddFile add in CheckpointReader.ReadFilesAsync(store, segment.Checkpoint, statistics, cancellationToken))
        {
            // Its keys are remembered too: there are checkpoints that list a file many times, and its rows count once (invariant 4).
            Location file = DeltaPath.Resolve(table, add.Path);
            if (IsNews(seen, file, add.DeletionVector, (segment.Commits.Count, IsAdd: true)))
                yield return (add, file);
        }
    }

    private static StateAction Older(StateAction older, StateAction newer) =>
        new() { Protocol = newer.Protocol ?? older.Protocol, MetaData = newer.MetaData ?? older.MetaData };

    private bool IsNews(Dictionary<UInt128, (int Commit, bool IsAdd)> seen, Location file, DeletionVector? vector, (int Commit, bool IsAdd) word)
    {
        UInt128 key = FileKey.Of(file, vector);
        if (seen.TryAdd(key, word))
            return true;

        // "A single log entry MUST NOT include more than one action that reconciles with each other": the order of actions within one
        // says nothing, so a file both added and removed could be either.
        if (seen[key] is var first && first.Commit == word.Commit && first.IsAdd != word.IsAdd)
        {
            throw new CorruptTableException("delta.log_contradiction",
                $"'{segment.Commits[word.Commit].Location}' both adds and removes '{file}', so its rows may or may not belong to the table. " +
                "Choose an earlier version with --snapshot, or have the table's writer repair it.");
        }

        return false;
    }

    private CorruptTableException Missing(string action) =>
        new("delta.state_missing",
            $"The log of '{table}' has no {action} action up to version {segment.Version}, so it does not say how to read the table. " +
            "Restore the log's first commit or its checkpoint.");
}
