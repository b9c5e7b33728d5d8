using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Tables;

/// <summary>What will be done in a ClickHouse.</summary>
internal sealed record ClickHousePlan : TargetPlan
{
    public ClickHousePlan(TargetRequest request, IReadOnlyList<TargetColumn> sent, IReadOnlyList<string> steps, IReadOnlyList<string> notes)
        : base(request, [.. sent.Select(column => column.Plan)], steps, notes) => Sent = sent;

    /// <summary>The columns that blocks hold, in the order of the batches.</summary>
    public IReadOnlyList<TargetColumn> Sent { get; }

    /// <summary>All rows have arrived, and are only to be shown.</summary>
    public bool OnlyCommits { get; init; }

    public required ServerAbilities Server { get; init; }

    /// <summary>The database has to be made first.</summary>
    public required bool CreatesDatabase { get; init; }

    /// <summary>Of the transfer's last run when the plan was made; 0 when there was none.</summary>
    public long LastEpoch { get; init; }

    /// <summary>How many entries the ledger had of the transfer when the plan was made: with more of them it would be another.</summary>
    public long Entries { get; init; }

    /// <summary>The run's epoch is higher than this: the shards of a table have the same one.</summary>
    public long EpochAfter { get; init; }

    /// <summary>Which shard the table is, and what decides which rows come to it; null for a table of its own.</summary>
    public string? Shard { get; init; }

    /// <summary>What follows the name in the staging table's CREATE TABLE.</summary>
    public required string Staging { get; init; }

    /// <summary>
    /// As <see cref="Staging"/>, of the table that the target becomes, where the staging table cannot be it, or of the one whose parts are moved
    /// into the target, where the staging table's cannot; else null.
    /// </summary>
    public string? Final { get; init; }

    /// <summary>Name of the target's engine.</summary>
    public string Engine { get; init; } = TableEngine.Plain;

    /// <summary>Of the target, where it is replicated.</summary>
    public Replica? Replica { get; init; }

    public required Publication Publication { get; init; }
}

/// <summary>How a filled staging table becomes the target.</summary>
internal enum Publication
{
    /// <summary>It gets the target's name, which nobody has.</summary>
    Rename,

    /// <summary>It changes names with the target, which is dropped then.</summary>
    Exchange,

    /// <summary>Its parts are moved into the target.</summary>
    Move,

    /// <summary>Its parts take the place of those that the target has.</summary>
    ReplaceParts,
}
