using BulkMover.Core.Scans;

namespace BulkMover.Core.Targets;

/// <summary>What a target will do with a <see cref="TargetRequest"/>; making one changes nothing in the target.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Columns">How each column arrives, in the request's order.</param>
/// <param name="Steps">What will be run to make, fill and publish the table, for people to read: statements without data.</param>
/// <param name="Notes">What the user should know; whole sentences.</param>
public record TargetPlan(
    TargetRequest Request, IReadOnlyList<ColumnPlan> Columns, IReadOnlyList<string> Steps, IReadOnlyList<string> Notes)
{
    /// <summary>What earlier runs of the transfer have done; null when there was none that counts.</summary>
    public TransferRecord? Earlier { get; init; }

    /// <summary>The table is data files: those of the source are adopted or decoded, one by one.</summary>
    public virtual bool IsOfFiles => false;

    /// <summary>Whether the file may be adopted, as far as metadata tell (<see cref="IChunkLoad.TryAdoptAsync"/>); the file itself may tell otherwise.</summary>
    /// <exception cref="Errors.TargetException">Metadata tell that it may not, and <see cref="Adoption.IsRequired"/>.</exception>
    public virtual bool MayAdopt(ScanTask task) => false;

    /// <summary>Rows that the source counts before its filter, to remember for <see cref="TransferRecord"/>; null when it cannot tell.</summary>
    public long? SourceRows { get; init; }
}
