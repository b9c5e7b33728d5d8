using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>Files that become part of a table.</summary>
/// <param name="Request">What was asked: mode, schema, origin.</param>
/// <param name="Write">As planned; its <see cref="TableWrite.Settled"/> is that of the transfer's first run.</param>
/// <param name="Number">Of the commit, from 1: higher than that of any earlier one of the transfer.</param>
/// <param name="At">When all files had been written; the same at every try.</param>
/// <param name="Rows">Rows of all files that are not deleted.</param>
/// <param name="Files">All of them, streamed anew at each call: there may be millions. Empty for a table without rows.</param>
internal sealed record TableCommit(
    TargetRequest Request, TableWrite Write, long Number, DateTimeOffset At, long Rows, Func<CancellationToken, IAsyncEnumerable<WrittenFile>> Files)
{
    /// <summary>Some of the files have <see cref="WrittenFile.Deletes"/>.</summary>
    public bool HasDeletes { get; init; }
}
