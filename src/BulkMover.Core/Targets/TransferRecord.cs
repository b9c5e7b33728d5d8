namespace BulkMover.Core.Targets;

/// <summary>What a target remembers of a transfer.</summary>
/// <param name="Transfer">Which.</param>
/// <param name="Table">The table that it fills.</param>
/// <param name="Origin">Where its rows come from.</param>
/// <param name="Mode">What happens with rows that were there.</param>
/// <param name="IsComplete">Its rows are visible; else the next run goes on with it.</param>
/// <param name="Chunks">Chunks that have arrived.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="BegunAt">When its first run began, by the target's clock.</param>
/// <param name="LastAt">When it last came on, by the target's clock.</param>
public sealed record TransferRecord(
    TransferId Transfer, string Table, TransferOrigin Origin, CopyMode Mode, bool IsComplete, long Chunks, long Rows, DateTimeOffset BegunAt, DateTimeOffset LastAt)
{
    /// <summary>All its rows have arrived, some may be visible, and nothing but the commit is left: <see cref="ITarget.PlanCommitAsync"/> goes on.</summary>
    public bool HasArrived { get; init; }

    /// <summary>How many rows it brings at most, as its source counts them before the filter; null when that cannot tell.</summary>
    public long? SourceRows { get; init; }
}
