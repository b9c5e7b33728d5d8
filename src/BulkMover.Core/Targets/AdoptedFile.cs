namespace BulkMover.Core.Targets;

/// <summary>A data file of the source that has become one of the target.</summary>
/// <param name="Rows">Its rows that are not deleted.</param>
/// <param name="PassedBytes">Bytes that were written for it by this program: of itself, unless the store copied it, and of its deletes.</param>
public sealed record AdoptedFile(long Rows, long PassedBytes);
