namespace BulkMover.Core.Targets;

/// <summary>A chunk that is in the target to stay.</summary>
/// <param name="Tasks">Hash of its scan tasks, as it was given with its rows.</param>
/// <param name="Rows">Its rows.</param>
public sealed record ArrivedChunk(string Tasks, long Rows);
