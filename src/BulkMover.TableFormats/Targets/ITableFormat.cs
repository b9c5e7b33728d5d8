using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>A table of one format, as a target: which data files it wants, and how they become part of it at once.</summary>
internal interface ITableFormat
{
    /// <summary>The table's directory. What the format does not know in it stays.</summary>
    Location Root { get; }

    /// <summary>
    /// Below <see cref="Root"/>: where the data files of a commit and their deletes are written, and none but those. Readers of the table take none of them for its own before
    /// the commit.
    /// </summary>
    /// <param name="transfer">Which.</param>
    /// <param name="number">As <see cref="TableCommit.Number"/>.</param>
    string FilesDirectory(TransferId transfer, long number);

    /// <summary>Checks that the copy can be taken and says how. Changes nothing.</summary>
    /// <exception cref="Core.Errors.TargetException">A type has no equal, the table does not fit, or it has rows that <c>create</c> must not touch.</exception>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">The table uses what is not written.</exception>
    /// <param name="request">What is asked.</param>
    /// <param name="hasBegun">The transfer has begun, and whether the table is empty or missing, as <c>create</c> wants it, was looked at then. The ledger is asked meanwhile.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<TableWrite> PlanAsync(TargetRequest request, Task<bool> hasBegun, CancellationToken cancellationToken);

    /// <summary>A plan of now that differs from that of the transfer's first run takes its files all the same, if none has deleted rows; then it takes its place.</summary>
    /// <param name="settled"><see cref="TableWrite.Settled"/> of the first run.</param>
    /// <param name="now">That of now.</param>
    bool TakesFilesWithoutDeletes(string settled, string now) => false;

    /// <summary>
    /// A commit shows all files in one step. Else readers see some of them while it is made, and <see cref="TakeBackAsync"/> knows those of one that was not
    /// ended.
    /// </summary>
    bool ShowsAtOnce => true;

    /// <summary>Removes files that a commit which was not ended, and will not be, has shown already.</summary>
    Task TakeBackAsync(TransferId transfer, long number, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The <see cref="TableCommit.Number"/> of the transfer's last commit that the table tells of; 0 when it tells of none.</summary>
    Task<long> LastCommitAsync(TransferId transfer, CancellationToken cancellationToken);

    /// <summary>
    /// The highest <see cref="TableCommit.Number"/> of the transfer that the table may have files of. The ledger tells it too, but people remove the ledger
    /// of what is complete, and the files of a later commit must not come upon those of an earlier one.
    /// </summary>
    Task<long> LastNumberAsync(TransferId transfer, CancellationToken cancellationToken) => LastCommitAsync(transfer, cancellationToken);

    /// <summary>
    /// Makes the files part of the table. Invariant 3: a commit of this transfer with this number that is there already is left as it is. When others commit
    /// meanwhile it is tried again on what they have made; where that does not fit any more it throws and the table stays theirs.
    /// </summary>
    /// <returns>Which commit of the table it is; null where the format has no order of commits, or the table does not tell it any more.</returns>
    /// <exception cref="Core.Errors.TargetException">The table is not what was planned with any more.</exception>
    Task<TableVersion?> CommitAsync(TableCommit commit, CancellationToken cancellationToken);

    /// <summary>The transfer's last commit, as far as the table still tells which of its own it is.</summary>
    Task<TableVersion?> FindCommitAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<TableVersion?>(null);

    /// <summary>
    /// Whether readers of the table see what the commit did: that the table was not removed or made anew, and the rows not replaced since. In doubt it is, unless its mode is
    /// <see cref="CopyMode.Replace"/>: rows that are appended again would be there twice, and those that are replaced again are not (decisions/0011).
    /// </summary>
    Task<bool> IsInForceAsync(CompleteCommit commit, CancellationToken cancellationToken);
}
