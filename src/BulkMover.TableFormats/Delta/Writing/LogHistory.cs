using System.Text.Json.Serialization.Metadata;
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
                    && await ReplacedAtAsync(commit, version, await ReplacementsAsync(commit, cancellationToken), cancellationToken) is null);
        }

        // Nothing can come twice into a table without rows.
        if (commit.Rows > 0 && !await latest.HasFilesAsync(cancellationToken))
            return false;
        // The log of a table that is copied into each hour is long, and only replacements need it.
        IReadOnlyList<Replacement> replacements = await ReplacementsAsync(commit, cancellationToken);
        return replacements.Count == 0
            || await VersionAsync(commit, cancellationToken) is not { } its
            || await ReplacedAtAsync(commit, its, replacements, cancellationToken) is not { } replaced
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

    /// <summary>None where nothing came after the commit: then nobody has to read the ledgers.</summary>
    private async Task<IReadOnlyList<Replacement>> ReplacementsAsync(CompleteCommit commit, CancellationToken cancellationToken) =>
        commit.Made?.Version == latest.Number ? [] : await commit.Replacements(cancellationToken);

    /// <summary>The last version after that of the commit by which a copy has replaced all rows; null when there is none.</summary>
    private async Task<long?> ReplacedAtAsync(CompleteCommit commit, long version, IReadOnlyList<Replacement> replacements, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<TransferId, long> found = await VersionsAsync(
            replacements.Where(replacement => replacement.Made is null).Select(replacement => replacement.Transfer), after: version, cancellationToken);
        long last = found.Values.Append(version).Max();
        IEnumerable<Replacement> told = replacements.Where(replacement => replacement.Made is { } made
            && (made.Table == latest.Metadata.Id || made.Table == commit.Made?.Table) && made.Version > last && made.Version <= latest.Number);
        foreach (Replacement replacement in told.OrderByDescending(replacement => replacement.Made!.Version))
        {
            if (await IsOfTransferAsync(replacement.Made!.Version, replacement.Transfer, cancellationToken))
                return replacement.Made.Version;
        }

        return last > version ? last : null;
    }

    /// <summary>A log that was set back gives its versions again. What it has no more is believed.</summary>
    private async Task<bool> IsOfTransferAsync(long version, TransferId transfer, CancellationToken cancellationToken) =>
        latest.CommitOf(version) is not { } commit
        || await HaveAsync([commit], ActionJson.Default.WriterAction, action => action.Txn?.AppId == CommitEntry.ApplicationOf(transfer), cancellationToken);

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
        return since.Length == latest.Number - version
            && !await HaveAsync(since, ActionJson.Default.WriterAction, action => action.Remove is { DataChange: not false }, cancellationToken);
    }

    /// <summary>The replacement may have been undone, which no file tells when the commit's own have been rewritten before.</summary>
    private Task<bool> IsRestoredAsync(long version, CancellationToken cancellationToken) =>
        HaveAsync(CommitsSince(version), ActionJson.Default.ProvenanceAction, action => action.Operation == "RESTORE", cancellationToken);

    private async Task<bool> HaveAsync<T>(IEnumerable<StoredObject> commits, JsonTypeInfo<T> type, Func<T, bool> predicate, CancellationToken cancellationToken)
        where T : class
    {
        foreach (StoredObject commit in commits)
        {
            if (await JsonLines.ReadAsync(store, commit, type, cancellationToken).AnyAsync(predicate, cancellationToken))
                return true;
        }

        return false;
    }

    /// <summary>Those that the log still has.</summary>
    private StoredObject[] CommitsSince(long version) => [.. latest.Log.Versions.Where(entry => entry.Version > version).Select(entry => entry.Commit).OfType<StoredObject>()];
}
