using System.Runtime.CompilerServices;
using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Reconciles the actions of a version (PROTOCOL.md, "Action Reconciliation"), newest first: the first word about a file is the last one, so
/// files stream through and only their keys are remembered.
/// </summary>
internal sealed class LogReplay(IObjectStore store, Location table, LogSegment segment)
{
    /// <summary>A processor has about this many requests to memory under way.</summary>
    private const int FilesLookedUpTogether = 16;

    private readonly CommitsAhead commits = new(store, segment.Commits);

    /// <summary>The newest protocol and the newest metadata.</summary>
    /// <exception cref="CorruptTableException">The log has no protocol or no metadata, or cannot be read.</exception>
    public async Task<(TableProtocol Protocol, TableMetadata Metadata)> ReadStateAsync(CancellationToken cancellationToken)
    {
        var state = new StateAction();
        foreach (StoredObject commit in segment.Commits)
        {
            state = Older(await OnlyAsync(JsonLines.ReadAsync(commits, commit, ActionJson.Default.StateAction, cancellationToken), commit), state);
            if (state is { Protocol: { } protocol, MetaData: { } metadata })
                return (protocol, metadata);
        }

        if (segment.Checkpoint is { } checkpoint)
            state = Older(await OnlyAsync(CheckpointReader.ReadStateAsync(store, checkpoint, cancellationToken), checkpoint.Files[0]), state);

        return (state.Protocol ?? throw Missing("protocol"), state.MetaData ?? throw Missing("metaData"));
    }

    /// <summary>What only writers need, newest first, older words about the same thing included; what a checkpoint says comes last.</summary>
    public async IAsyncEnumerable<WriterAction> WriterActionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredObject commit in segment.Commits)
        {
            await foreach (WriterAction action in JsonLines.ReadAsync(commits, commit, ActionJson.Default.WriterAction, cancellationToken))
                yield return action;
        }

        if (segment.Checkpoint is null)
            yield break;
        await foreach (WriterAction action in CheckpointReader.ReadWriterActionsAsync(store, segment.Checkpoint, cancellationToken))
            yield return action;
    }

    /// <summary>
    /// The live files, in the same order at every call; another form of the log, such as a checkpoint of the same version, has them in another.
    /// They come in groups, because waiting for each costs as much as finding it. A group is gone through once, before the next is asked for.
    /// </summary>
    /// <param name="statistics">Top-level columns whose statistics are wanted; the row count always is. Null for their text as it is, where there is one.</param>
    /// <param name="cancellationToken">Stops the replay.</param>
    /// <exception cref="CorruptTableException">The log cannot be read, or says two things about a file at once.</exception>
    public async IAsyncEnumerable<IEnumerable<LiveFile>> LiveFilesAsync(
        IReadOnlyList<Field>? statistics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new KnownFiles(segment, table);
        for (int commit = 0; commit < segment.Commits.Count; commit++)
        {
            await foreach (FileAction action in JsonLines.ReadAsync(commits, segment.Commits[commit], ActionJson.Default.FileAction, cancellationToken))
            {
                if (action.Remove is { } remove)
                    known.Remove(DeltaPath.Resolve(table, remove.Path), remove.DeletionVector, commit);
                if (action.Add is { } add && FileOf(add) is var file && known.IsNews(file, commit))
                    yield return [file];
            }
        }

        if (segment.Checkpoint is null)
            yield break;
        await foreach (IEnumerable<AddFile> adds in CheckpointReader.ReadFilesAsync(store, segment.Checkpoint, statistics, cancellationToken))
            yield return News(adds, known);
    }

    private IEnumerable<LiveFile> News(IEnumerable<AddFile> adds, KnownFiles known)
    {
        foreach (LiveFile[] files in adds.Select(FileOf).Chunk(FilesLookedUpTogether))
        {
            known.Expect(files);
            foreach (LiveFile file in files)
            {
                // Its keys are remembered too: there are checkpoints that list a file many times, and its rows count once (invariant 4).
                if (known.IsNews(file, segment.Commits.Count))
                    yield return file;
            }
        }
    }

    private LiveFile FileOf(AddFile add) => new(add, DeltaPath.Resolve(table, add.Path));

    /// <summary>"A single log entry MUST NOT include more than one Metadata action, more than one protocol action": neither would be the latest.</summary>
    private static async Task<StateAction> OnlyAsync(IAsyncEnumerable<StateAction> actions, StoredObject file)
    {
        var only = new StateAction();
        await foreach (StateAction action in actions)
        {
            if (action.Protocol is not null && only.Protocol is not null || action.MetaData is not null && only.MetaData is not null)
            {
                throw new CorruptTableException("delta.log_contradiction",
                    $"'{file.Location}' has more than one protocol or metaData action, so it does not say how to read the table. Choose an earlier " +
                    "version with --snapshot, or have the table's writer repair it.");
            }

            only = Older(action, only);
        }

        return only;
    }

    private static StateAction Older(StateAction older, StateAction newer) =>
        new() { Protocol = newer.Protocol ?? older.Protocol, MetaData = newer.MetaData ?? older.MetaData };

    private CorruptTableException Missing(string action) =>
        new("delta.state_missing",
            $"The log of '{table}' has no {action} action up to version {segment.Version}, so it does not say how to read the table. " +
            "Restore the log's first commit or its checkpoint.");
}
