namespace BulkMover.Core.Targets;

/// <summary>A chunk that is in the target to stay.</summary>
/// <param name="Tasks">What tells its scan tasks, as it was given with its rows.</param>
/// <param name="Rows">Its rows.</param>
public sealed record ArrivedChunk(ReadOnlyMemory<byte> Tasks, long Rows);
