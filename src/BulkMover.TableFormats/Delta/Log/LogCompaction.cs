using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>The reconciled actions of a range of commits, which may be read in their place (PROTOCOL.md, "Log Compaction Files").</summary>
/// <param name="First">The first version of the range.</param>
/// <param name="Last">The last one.</param>
/// <param name="File">The file.</param>
internal sealed record LogCompaction(long First, long Last, StoredObject File);
