using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>What a transfer had that is given up: looked at before the ledger says so, removed afterwards.</summary>
internal sealed class Abandoned
{
    private const int RemovalsAtOnce = 32;

    private readonly TransferId transfer;
    private readonly long number;
    private readonly CopyMode? mode;
    private readonly bool isOpen;
    private readonly bool hasArrived;
    private readonly IReadOnlyList<EntryPlace> entries;

    private Abandoned(TransferState state)
    {
        (transfer, number, hasArrived, entries) = (state.Transfer, state.Begun?.Number ?? 0, state.HasArrived, [.. state.ChunkEntries]);
        mode = state.Begun?.Mode;
        isOpen = state is { Begun: not null, IsComplete: false };
    }

    public static Abandoned Of(TransferState state) => new(state);

    /// <summary>Removes it, but what readers see.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="format">The table.</param>
    /// <param name="ledger">Has told already that it does not count.</param>
    /// <param name="cancellationToken">Stops in between.</param>
    public async Task RemoveAsync(IWritableStore store, ITableFormat format, TransferLedger ledger, CancellationToken cancellationToken)
    {
        await ledger.ForgetFilesAsync(transfer, entries, cancellationToken);
        // Nothing is committed before all rows have arrived. A run that has them may be amid the commit, which does not ask the ledger any more: its files are left to the table's upkeep, which knows
        // whether they are the table's.
        if (!isOpen || (hasArrived && format.ShowsAtOnce))
            return;
        // Of a replacement the old files may be gone already: what is shown of it is all there is.
        if (mode != CopyMode.Replace)
            await format.TakeBackAsync(transfer, number, cancellationToken);
        await RemoveAsync(store, format.Root.Combine(format.FilesDirectory(transfer, number)), _ => true, cancellationToken);
    }

    /// <summary>Removes objects below a place.</summary>
    /// <param name="store">Where.</param>
    /// <param name="place">The place; nothing may be there.</param>
    /// <param name="isMeant">Which of them.</param>
    /// <param name="cancellationToken">Stops in between.</param>
    public static async Task RemoveAsync(IWritableStore store, Location place, Predicate<Location> isMeant, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = RemovalsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(store.ListAsync(place, cancellationToken), options, async (found, stopping) =>
        {
            if (isMeant(found.Location))
                await store.DeleteAsync(found.Location, stopping);
        });
    }
}
