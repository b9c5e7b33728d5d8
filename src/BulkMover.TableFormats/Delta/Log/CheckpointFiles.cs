using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>What some rows of a checkpoint say about files.</summary>
/// <param name="Adds">Files of the table; made as they are gone through, so that none is kept.</param>
/// <param name="Sidecars">Files that list more of them.</param>
internal sealed record CheckpointFiles(IEnumerable<AddFile> Adds, IReadOnlyList<Sidecar> Sidecars);
