using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>The whole state of one version: one file, or the parts of a multi-part checkpoint (PROTOCOL.md, "Checkpoints").</summary>
internal sealed record LogCheckpoint(long Version, IReadOnlyList<StoredObject> Files);
