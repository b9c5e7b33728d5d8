namespace BulkMover.Core.Targets;

/// <summary>Where a transfer's rows come from.</summary>
/// <param name="Command">
/// Hash of everything that names the transfer but the snapshot: a command that names none goes on with the one that it began with.
/// </param>
/// <param name="Selection">Hash of what says which rows and columns of the snapshot: two transfers with the same selection of one snapshot bring the same rows.</param>
/// <param name="Source">The table, as people write it.</param>
/// <param name="Snapshot">Its snapshot.</param>
public sealed record TransferOrigin(string Command, string Selection, string Source, string Snapshot)
{
    /// <summary>Which table it was at that place, where the format tells (<see cref="Tables.ITableSnapshot.TableId"/>).</summary>
    public string? Table { get; init; }

    /// <summary>How its files are read (<see cref="Scans.Scan.Reading"/>): the next run has to read them in the same way.</summary>
    public string? Reading { get; init; }
}
