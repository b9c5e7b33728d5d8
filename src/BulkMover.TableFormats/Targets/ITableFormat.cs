using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>A table of one format, as a target: which data files it wants, and how they become part of it at once.</summary>
internal interface ITableFormat
{
    /// <summary>The table's directory. What the format does not know in it stays.</summary>
    Location Root { get; }

    /// <summary>Below <see cref="Root"/>: where the data files of a transfer are written, and none but those; no reader of the table looks there before the commit.</summary>
    string FilesDirectory(TransferId transfer);

    /// <summary>Checks that the copy can be taken and says how. Changes nothing.</summary>
    /// <exception cref="Core.Errors.TargetException">A type has no equal, the table does not fit, or it has rows that <c>create</c> must not touch.</exception>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The table uses what is not written.</exception>
    Task<TableWrite> PlanAsync(TargetRequest request, CancellationToken cancellationToken);

    /// <summary>The <see cref="TableCommit.Number"/> of the transfer's last commit that the table tells of; 0 when it tells of none.</summary>
    Task<long> LastCommitAsync(TransferId transfer, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the files part of the table. Invariant 3: a commit of this transfer with this number that is there already is left as it is. When others commit
    /// meanwhile it is tried again on what they have made; where that does not fit any more it throws and the table stays theirs.
    /// </summary>
    /// <exception cref="Core.Errors.TargetException">The table is not what was planned with any more.</exception>
    Task CommitAsync(TableCommit commit, CancellationToken cancellationToken);
}
