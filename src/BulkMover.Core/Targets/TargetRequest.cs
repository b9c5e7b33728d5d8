using Apache.Arrow;
using BulkMover.Core.Tables;

namespace BulkMover.Core.Targets;

/// <summary>What the target is asked to take.</summary>
/// <param name="Transfer">Which transfer; one that the target knows is gone on with.</param>
/// <param name="Origin">Where its rows come from.</param>
/// <param name="Schema">Fields of the batches that will come.</param>
/// <param name="Mode">What happens with rows that are there.</param>
/// <param name="SortOrder">The source's sort order, as far as its columns are copied.</param>
public sealed record TargetRequest(TransferId Transfer, TransferOrigin Origin, Schema Schema, CopyMode Mode, IReadOnlyList<SortField> SortOrder)
{
    /// <summary>Begin at zero, whatever an earlier run of the transfer has brought.</summary>
    public bool Restart { get; init; }

    /// <summary>How the source is partitioned (<see cref="ITableSnapshot.PartitionTerms"/>): what can be kept of it, a new table keeps.</summary>
    public IReadOnlyList<string> PartitionTerms { get; init; } = [];

    /// <summary>What the source calls those (<see cref="ITableSnapshot.PartitionNames"/>): so does a new table that has names for them.</summary>
    public IReadOnlyDictionary<string, string> PartitionNames { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Where and how whole files can be taken over; null when they may not.</summary>
    public Adoption? Adoption { get; init; }

    /// <summary>
    /// Compare the rows that have arrived with those that were read before anybody sees them. A target that does not remember what was read refuses what could not be compared
    /// afterwards, and leaves it to whoever asks.
    /// </summary>
    public bool Verify { get; init; }
}
