namespace BulkMover.Core.Targets;

/// <summary>A data file of the source that has become one of the target.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="PassedBytes">Bytes of it that passed through this program; 0 when the store copied it by itself.</param>
public sealed record AdoptedFile(long Rows, long PassedBytes);
