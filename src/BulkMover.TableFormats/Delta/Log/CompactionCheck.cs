using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Tells whether a log compaction is "created by doing Action Reconciliation of the corresponding commits" (PROTOCOL.md, "Log Compaction Files").
/// There are writers that only put the commits one behind the other: which of two words about a file was the later one is then lost, and the
/// commits are read instead.
/// </summary>
internal static class CompactionCheck
{
    /// <exception cref="CorruptTableException">The file is missing, or a line is not the JSON of an action.</exception>
    public static async Task<bool> IsReconciledAsync(IObjectStore store, Location table, StoredObject compaction, CancellationToken cancellationToken)
    {
        var files = new HashSet<UInt128>();
        int protocols = 0, metadata = 0;
        await foreach (CompactedAction action in JsonLines.ReadAsync(store, compaction, ActionJson.Default.CompactedAction, cancellationToken))
        {
            protocols += action.Protocol is null ? 0 : 1;
            metadata += action.MetaData is null ? 0 : 1;
            bool isFirst = (action.Add is not { } add || files.Add(FileKey.Of(DeltaPath.Resolve(table, add.Path), add.DeletionVector)))
                && (action.Remove is not { } remove || files.Add(FileKey.Of(DeltaPath.Resolve(table, remove.Path), remove.DeletionVector)));
            if (!isFirst || protocols > 1 || metadata > 1)
                return false;
        }

        return true;
    }
}
