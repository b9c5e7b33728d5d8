using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>The part of the log that makes up one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Checkpoint">Where the replay ends; null when the log is replayed down to version 0.</param>
/// <param name="Commits">Commits and log compactions that tell all versions above the checkpoint, newest first, without a gap.</param>
/// <param name="Checksum">What the version's writer says that a replay gives; null when there is no such file.</param>
internal sealed record LogSegment(long Version, LogCheckpoint? Checkpoint, IReadOnlyList<StoredObject> Commits, StoredObject? Checksum);
