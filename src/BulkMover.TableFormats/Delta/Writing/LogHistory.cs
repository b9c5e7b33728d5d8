using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>What has become of a commit: as far back as the log has entries, these tell; before, the ledgers of transfers do.</summary>
/// <param name="store">Where the table lies.</param>
/// <param name="latest">The table now.</param>
internal sealed class LogHistory(IObjectStore store, LatestVersion latest)
{
    /// <summary>As <see cref="ITableFormat.IsInForceAsync"/>.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="files">The directory of its files.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<bool> HasInForceAsync(CompleteCommit commit, Location files, CancellationToken cancellationToken)
    {
        // Its files can be part of a table that was made anew: of what they are, another log was made.
        if (!await IsOfThisTableAsync(commit, cancellationToken))
            return await HasFilesBelowAsync(files, cancellationToken);
        if (commit.Mode == CopyMode.Replace)
        {
            return await HasFilesBelowAsync(files, cancellationToken)
                || (await VersionAsync(commit, cancellationToken) is { } version
                    && await AreFilesOnlyRewrittenAsync(version, cancellationToken)
                    && await ReplacedAtAsync(commit, version, cancellationToken) is null);
        }

        // Nothing can come twice into a table without rows.
        if (commit.Rows > 0 && !await latest.HasFilesAsync(cancellationToken))
            return false;
        // The log of a table that is copied into each hour is long, and only replacements need it.
        return (commit.Made is null && (await commit.Replacements(cancellationToken)).Count == 0)
            || await VersionAsync(commit, cancellationToken) is not { } its
            || await ReplacedAtAsync(commit, its, cancellationToken) is not { } replaced
            || await HasFilesBelowAsync(files, cancellationToken)
            || await IsRestoredAsync(replaced, cancellationToken);
    }

    /// <summary>The versions that the last commits of transfers made, of those that the log still tells.</summary>
    /// <param name="transfers">Which.</param>
    /// <param name="after">Only later versions are looked at.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<IReadOnlyDictionary<TransferId, long>> VersionsAsync(IEnumerable<TransferId> transfers, long after, CancellationToken cancellationToken)
    {
        Dictionary<string, TransferId> missing = transfers.Distinct().ToDictionary(CommitEntry.ApplicationOf, StringComparer.Ordinal);
        var found = new Dictionary<TransferId, long>();
        foreach ((long version, StoredObject? commit) in latest.Log.Versions.Where(entry => entry.Version > after).Reverse())
        {
            if (missing.Count == 0)
                break;
            if (commit is null)
                continue;
            await foreach (WriterAction action in JsonLines.ReadAsync(store, commit, ActionJson.Default.WriterAction, cancellationToken))
            {
                if (action.Txn?.AppId is { } application && missing.Remove(application, out TransferId transfer))
                    found[transfer] = version;
            }
        }

        return found;
    }

    /// <summary>
    /// The id is another one where the table was made anew, and some writers also give another one when they change columns: the transaction is of this log then. Tables may be
    /// told to forget old transactions.
    /// </summary>
    private async Task<bool> IsOfThisTableAsync(CompleteCommit commit, CancellationToken cancellationToken) =>
        commit.Made is not { } made
        || (made.Table == latest.Metadata.Id && made.Version <= latest.Number)
        || await latest.LastTransactionAsync(CommitEntry.ApplicationOf(commit.Transfer), cancellationToken) >= commit.Number;

    private async Task<long?> VersionAsync(CompleteCommit commit, CancellationToken cancellationToken) => commit.Made is { } made
        ? made.Version
        : (await VersionsAsync([commit.Transfer], after: -1, cancellationToken)).TryGetValue(commit.Transfer, out long version) ? version : null;

    /// <summary>The last version after that of the commit by which a copy has replaced all rows; null when there is none.</summary>
    private async Task<long?> ReplacedAtAsync(CompleteCommit commit, long version, CancellationToken cancellationToken)
    {
        if (version == latest.Number)
            return null;
        IReadOnlyList<Replacement> replacements = await commit.Replacements(cancellationToken);
        IReadOnlyDictionary<TransferId, long> found = await VersionsAsync(
            replacements.Where(replacement => replacement.Made is null).Select(replacement => replacement.Transfer), after: version, cancellationToken);
        IEnumerable<(TransferId Transfer, long Version)> told = replacements
            .Where(replacement => replacement.Made is { } made && (made.Table == latest.Metadata.Id || made.Table == commit.Made?.Table))
            .Select(replacement => (replacement.Transfer, replacement.Made!.Version));
        foreach ((TransferId transfer, long other) in told.Concat(found.Select(its => (its.Key, its.Value))).Where(its => its.Item2 > version && its.Item2 <= latest.Number).OrderByDescending(its => its.Item2))
        {
            if (await IsOfTransferAsync(other, transfer, cancellationToken))
                return other;
        }

        return null;
    }

    /// <summary>A log that was set back gives its versions again. What it has no more is believed.</summary>
    private async Task<bool> IsOfTransferAsync(long version, TransferId transfer, CancellationToken cancellationToken) =>
        latest.Log.Versions.FirstOrDefault(entry => entry.Version == version).Commit is not { } commit
        || await JsonLines.ReadAsync(store, commit, ActionJson.Default.WriterAction, cancellationToken)
            .AnyAsync(action => action.Txn?.AppId == CommitEntry.ApplicationOf(transfer), cancellationToken);

    private async Task<bool> HasFilesBelowAsync(Location directory, CancellationToken cancellationToken)
    {
        await foreach (IEnumerable<LiveFile> files in latest.Replay.LiveFilesAsync([], cancellationToken))
        {
            if (files.Any(file => file.Location.IsUnder(directory)))
                return true;
        }

        return false;
    }

    /// <summary>No row has been taken away since ("dataChange": "When false the logical file must already be present in the table or the records in the added file must be contained in one or more remove actions").</summary>
    private async Task<bool> AreFilesOnlyRewrittenAsync(long version, CancellationToken cancellationToken)
    {
        StoredObject[] since = CommitsSince(version);
        if (since.Length != latest.Number - version)
            return false;
        foreach (StoredObject commit in since)
        {
            if (await JsonLines.ReadAsync(store, commit, ActionJson.Default.WriterAction, cancellationToken).AnyAsync(action => action.Remove is { DataChange: not false }, cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>The replacement may have been undone, which no file tells when the commit's own have been rewritten before.</summary>
    private async Task<bool> IsRestoredAsync(long version, CancellationToken cancellationToken)
    {
        foreach (StoredObject commit in CommitsSince(version))
        {
            if (await JsonLines.ReadAsync(store, commit, ActionJson.Default.ProvenanceAction, cancellationToken).AnyAsync(action => action.Operation == "RESTORE", cancellationToken))
                return true;
        }

        return false;
    }

    /// <summary>Those that the log still has.</summary>
    private StoredObject[] CommitsSince(long version) => [.. latest.Log.Versions.Where(entry => entry.Version > version).Select(entry => entry.Commit).OfType<StoredObject>()];
}
