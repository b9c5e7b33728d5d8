using BulkMover.Core.Scans;

namespace BulkMover.Engine.Transfers;

/// <summary>A scan task on its way, in its chunk.</summary>
internal sealed record ChunkedTask(ScanTask Task, Chunk Chunk);
