namespace BulkMover.Core.Targets;

/// <summary>A data file with rows that one side has more often than the other.</summary>
/// <param name="IsOfSource">It is one of the source, which has them more often; else of the target.</param>
/// <param name="File">Where it is.</param>
/// <param name="Rows">How many were found.</param>
public sealed record FileDifference(bool IsOfSource, string File, long Rows);
