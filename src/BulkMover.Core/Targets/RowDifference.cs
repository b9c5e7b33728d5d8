namespace BulkMover.Core.Targets;

/// <summary>A row that one side has more often than the other.</summary>
/// <param name="IsOfSource">The source has it more often; else the target.</param>
/// <param name="Times">How many times more.</param>
/// <param name="Row">Its key and the columns that differ, an object in JSON; from a database as it writes them.</param>
/// <param name="ScanTask">Number of the scan task, in the order of the plan, of its side, that has it; null for a row in a database.</param>
public sealed record RowDifference(bool IsOfSource, long Times, string Row, long? ScanTask)
{
    /// <summary>The data file of the scan task, where it was looked up.</summary>
    public string? File { get; init; }
}
