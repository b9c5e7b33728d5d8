using System.Text.Json.Serialization;
using BulkMover.Core.Targets;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>A fact about a transfer that the next run needs; written before or after the step that it is about, as each kind says.</summary>
internal abstract record LedgerEntry;

/// <summary>A run has the transfer: after it has made the staging table, or has taken it over.</summary>
/// <param name="Origin">Where the rows come from.</param>
/// <param name="Mode">What happens with rows that were there.</param>
/// <param name="Columns">What is sent, in the order of the blocks.</param>
/// <param name="Staging">Identity of the staging table.</param>
/// <param name="Shard">Which shard the table is, and what decides which rows come to it; null for a table of its own.</param>
internal sealed record Begun(TransferOrigin Origin, CopyMode Mode, IReadOnlyList<SentColumn> Columns, string Staging, string? Shard = null) : LedgerEntry
{
    /// <summary>As <see cref="TransferRecord.SourceRows"/>.</summary>
    public long? SourceRows { get; init; }

    /// <summary>Path in Keeper of a replicated target; null for another one.</summary>
    public string? Replica { get; init; }
}

/// <param name="Name">Of the column.</param>
/// <param name="Type">That its values are sent as.</param>
internal sealed record SentColumn(string Name, string Type)
{
    public override string ToString() => $"{Name} {Type}";
}

/// <summary>All rows of a chunk are in its chunk table: before any is moved out of it.</summary>
/// <param name="Chunk">Its number.</param>
/// <param name="Rows">Rows of each partition, by the partition's id.</param>
internal sealed record Loaded(long Chunk, IReadOnlyDictionary<string, long> Rows) : LedgerEntry
{
    /// <summary>Identity of its table where that is to take the staging table's place, which has no rows; null where its partitions are moved there.</summary>
    public string? Table { get; init; }

    /// <summary>What tells its scan tasks; in a column of its own, for it is large and seldom needed.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Tasks { get; init; }

    /// <summary>What the source's rows come to, as <see cref="DigestText"/> writes it; likewise.</summary>
    [JsonIgnore]
    public string Digest { get; init; } = "";
}

/// <summary>All rows of a chunk are in the staging table: after the last was moved there, or its table has become it.</summary>
/// <param name="Chunk">Its number.</param>
/// <param name="LastBlock">The highest number of a block that the staging table has then: later chunks have higher ones.</param>
internal sealed record Collected(long Chunk, long LastBlock) : LedgerEntry
{
    /// <summary>Identity of its table where that has become the staging table; null where its partitions were moved there.</summary>
    public string? Table { get; init; }
}

/// <summary>All rows of the transfer are in the staging table: before any of them is shown.</summary>
/// <param name="Final">Definition of the table with the target's engine, where the staging table cannot become the target; else null.</param>
internal sealed record Arrived(string? Final) : LedgerEntry;

/// <summary>Partitions are about to be moved out of the staging table: before the first of them.</summary>
/// <param name="Destination">Identity of the table that they are moved to.</param>
/// <param name="BecomesTarget">The table is the transfer's own and becomes the target; else it is the target.</param>
/// <param name="LastBlocks">The highest number of a block that the table has of each partition.</param>
/// <param name="RowsBefore">Rows that the table has.</param>
internal sealed record Publishing(string Destination, bool BecomesTarget, IReadOnlyDictionary<string, long> LastBlocks, long RowsBefore) : LedgerEntry;

/// <summary>These partitions have been moved out of the staging table: after the last of them.</summary>
/// <param name="Partitions">Their ids.</param>
internal sealed record Published(IReadOnlyList<string> Partitions) : LedgerEntry;

/// <summary>Readers see all rows: after everything else.</summary>
/// <param name="Table">Identity of the table that they see them in.</param>
/// <param name="Rows">How many the transfer brought.</param>
internal sealed record Completed(string Table, long Rows) : LedgerEntry;

/// <summary>Nothing of what was before counts: before the tables are dropped.</summary>
internal sealed record Discarded : LedgerEntry;

[JsonSerializable(typeof(Begun))]
[JsonSerializable(typeof(Loaded))]
[JsonSerializable(typeof(Collected))]
[JsonSerializable(typeof(Arrived))]
[JsonSerializable(typeof(Publishing))]
[JsonSerializable(typeof(Published))]
[JsonSerializable(typeof(Completed))]
[JsonSerializable(typeof(Discarded))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LedgerJson : JsonSerializerContext;
