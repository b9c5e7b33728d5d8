using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>The commit of a transfer that is complete, as its ledger tells: is it still in force?</summary>
/// <param name="Transfer">Which.</param>
/// <param name="Mode">What happened with rows that were there.</param>
/// <param name="Number">As <see cref="TableCommit.Number"/>.</param>
/// <param name="Rows">Rows that it brought.</param>
/// <param name="Made">Null where the ledger tells none: an earlier version of this program wrote it, or the format has none.</param>
/// <param name="Replacements">Asks for the commits of other transfers that have replaced all rows of the table: reads their ledgers.</param>
internal sealed record CompleteCommit(
    TransferId Transfer, CopyMode Mode, long Number, long Rows, TableVersion? Made, Func<CancellationToken, Task<IReadOnlyList<Replacement>>> Replacements);

/// <summary>A commit that has replaced all rows of a table.</summary>
/// <param name="Transfer">Whose.</param>
/// <param name="Made">Null where the ledger tells none: if it has happened, the table may tell.</param>
internal sealed record Replacement(TransferId Transfer, TableVersion? Made);
