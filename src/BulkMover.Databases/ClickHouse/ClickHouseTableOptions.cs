namespace BulkMover.Databases.ClickHouse;

/// <summary>How a new table is made; each is written into the CREATE statement as it stands. Null: what the copy chooses.</summary>
public sealed record ClickHouseTableOptions
{
    /// <summary>Expressions of ORDER BY, without outer parentheses; by default the source's sort order.</summary>
    public string? OrderBy { get; init; }

    /// <summary>Expression of PARTITION BY; by default none.</summary>
    public string? PartitionBy { get; init; }

    /// <summary>Engine with its parameters; by default MergeTree.</summary>
    public string? Engine { get; init; }

    internal bool AreDefaults => OrderBy is null && PartitionBy is null && Engine is null;
}
