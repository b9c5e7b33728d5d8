using System.Globalization;
using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;

namespace BulkMover.TableFormats.Delta;

/// <summary>A Delta table by its log (delta-io/delta, PROTOCOL.md). The log's listing is taken once, when it is opened.</summary>
public sealed class DeltaTable : ITable
{
    private readonly IObjectStore store;
    private readonly Location table;
    private readonly LogListing log;

    private DeltaTable(IObjectStore store, Location table, LogListing log) => (this.store, this.table, this.log) = (store, table, log);

    public string Format => "delta";

    /// <param name="store">Where the table lies.</param>
    /// <param name="location">The directory that holds <c>_delta_log</c>.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="CorruptTableException">There is no Delta log, or nothing in it.</exception>
    public static async Task<DeltaTable> OpenAsync(IObjectStore store, Location location, CancellationToken cancellationToken) =>
        new(store, location, await LogListing.ReadAsync(store, location, cancellationToken));

    /// <summary>The versions that can be read, each with the time that the protocol gives it.</summary>
    public async IAsyncEnumerable<SnapshotSummary> SnapshotsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CommitClock clock = await ReadClockAsync(cancellationToken);
        foreach ((long version, StoredObject? commit) in log.Versions)
        {
            ProvenanceAction? provenance = commit is null ? null : await ReadProvenanceAsync(commit, cancellationToken);
            yield return new SnapshotSummary(version, clock.TimeOf(version, commit, provenance), provenance?.Operation, []);
        }
    }

    public async Task<ITableSnapshot> OpenSnapshotAsync(SnapshotSelector? selector, CancellationToken cancellationToken)
    {
        long version = selector switch
        {
            null => log.LatestVersion,
            { Id: { } id } => id,
            { AsOf: { } time } => await FindVersionAsync(time, cancellationToken),
            _ => throw Unknown($"'{selector}' is neither a version nor a time, and Delta tables have no branches or tags"),
        };
        if (version >= 0 && version < log.OldestVersion)
            throw Expired(version);
        if (version < 0 || version > log.LatestVersion)
            throw Unknown($"There is no version {version}");
        var files = new SnapshotStore(store, Format, table.ToString(), version.ToString(CultureInfo.InvariantCulture));
        DateTimeOffset? replacedAt = log.Versions.FirstOrDefault(entry => entry.Version > version).Commit?.Modified;
        return await DeltaSnapshot.OpenAsync(files, table, await log.SegmentOfAsync(files, version, cancellationToken), replacedAt, cancellationToken);
    }

    /// <summary>The last version that was there at the time.</summary>
    private async Task<long> FindVersionAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        CommitClock clock = await ReadClockAsync(cancellationToken);
        long? found = null;
        foreach ((long version, StoredObject? commit) in log.Versions.Where(entry => clock.Considers(entry.Version, time)))
        {
            // Without its commit a version's time is not known: a checkpoint does not keep it.
            if (commit is null)
                continue;
            ProvenanceAction? provenance = clock.IsInCommit(version) || commit.Modified is null ? await ReadProvenanceAsync(commit, cancellationToken) : null;
            DateTimeOffset committed = clock.TimeOf(version, commit, provenance) ?? throw new CorruptTableException("delta.commit_time_missing",
                $"'{commit.Location}' does not say when it was committed, so a version cannot be found by its time. Choose one by its number.");
            if (committed > time)
                break;
            found = version;
        }

        return found ?? throw Unknown($"No version is known to be as old as {time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
    }

    private async Task<CommitClock> ReadClockAsync(CancellationToken cancellationToken)
    {
        LogSegment latest = await log.SegmentOfAsync(store, log.LatestVersion, cancellationToken);
        (TableProtocol protocol, TableMetadata metadata) = await new LogReplay(store, table, latest).ReadStateAsync(cancellationToken);
        return new CommitClock(protocol, metadata);
    }

    private async Task<ProvenanceAction?> ReadProvenanceAsync(StoredObject commit, CancellationToken cancellationToken)
    {
        await foreach (ProvenanceAction action in JsonLines.ReadAsync(store, commit, ActionJson.Default.ProvenanceAction, cancellationToken))
        {
            if (action.CommitInfo is not null)
                return action;
        }

        return null;
    }

    private InvalidInputException Expired(long version) =>
        new("delta.snapshot_expired",
            $"The log of '{table}' begins with version {log.OldestVersion}, so version {version} cannot be read any more: its log entries have been cleaned up, as " +
            $"'delta.logRetentionDuration' says. Choose one of versions {log.OldestVersion} to {log.LatestVersion} with --snapshot.");

    private InvalidInputException Unknown(string what) =>
        new("delta.snapshot_unknown",
            $"{what}. '{table}' has versions {log.OldestVersion} to {log.LatestVersion}; `bulkmover inspect` lists them with their times.");
}
