using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// A directory with a Delta log as a target. Files become the table's with the log entry that names them, which appears at once; the entry also tells which
/// transfer it is of (PROTOCOL.md, "Transaction Identifiers").
/// </summary>
/// <param name="store">Where it lies.</param>
/// <param name="root">The directory.</param>
/// <param name="partitionBy">As <see cref="LakeOptions.PartitionBy"/>.</param>
internal sealed class DeltaDirectory(IWritableStore store, Location root, IReadOnlyList<string>? partitionBy) : ITableFormat
{
    /// <summary>
    /// What directories of files begin with: data files must not lie in one whose name begins with an underscore (PROTOCOL.md, "Data Files"). The name is the
    /// prefix of deletion vectors, too, of which Trino reads no other than letters and digits.
    /// </summary>
    public const string FilesName = "bulkmover";

    private const string VersionTaken = "delta.version_taken";

    /// <summary>Others commit every few seconds at most: who has lost twenty times, over minutes, is up against something else.</summary>
    private static readonly Retry Retry = new() { Attempts = 20, Repeats = error => error.Code == VersionTaken, LongestWait = TimeSpan.FromSeconds(10) };

    public Location Root => root;

    public string FilesDirectory(TransferId transfer, long number) => string.Create(CultureInfo.InvariantCulture, $"{FilesName}{transfer}x{number}");

    public async Task<TableWrite> PlanAsync(TargetRequest request, Task<bool> hasBegun, CancellationToken cancellationToken)
    {
        LatestVersion? latest = await LatestVersion.ReadAsync(store, root, version: null, cancellationToken);
        TablePlan plan = TablePlan.Of(request, latest, root, partitionBy);
        if (await hasBegun)
            return plan.Write;
        if (latest is null)
            await ThrowIfOtherFilesAsync(cancellationToken);
        await ThrowIfInTheWayAsync(request, latest, cancellationToken);
        return plan.Write;
    }

    public async Task<long> LastCommitAsync(TransferId transfer, CancellationToken cancellationToken) =>
        await LatestVersion.ReadAsync(store, root, version: null, cancellationToken) is { } latest
            ? await latest.LastTransactionAsync(CommitEntry.ApplicationOf(transfer), cancellationToken)
            : 0;

    public async Task<TableVersion?> CommitAsync(TableCommit commit, CancellationToken cancellationToken)
    {
        if (await Retry.RunAsync(stopping => TryCommitAsync(commit, stopping), cancellationToken) is not var (version, metadata))
            return await FindCommitAsync(commit.Request.Transfer, cancellationToken);
        await new Checkpoints(store, root).WriteIfDueAsync(version, metadata, cancellationToken);
        return new TableVersion(metadata.Id, version);
    }

    public async Task<TableVersion?> FindCommitAsync(TransferId transfer, CancellationToken cancellationToken) =>
        await LatestVersion.ReadAsync(store, root, version: null, cancellationToken) is { } latest
            && (await new LogHistory(store, latest).VersionsAsync([transfer], after: -1, cancellationToken)).TryGetValue(transfer, out long version)
            ? new TableVersion(latest.Metadata.Id, version)
            : null;

    public async Task<bool> IsInForceAsync(CompleteCommit commit, CancellationToken cancellationToken) =>
        await LatestVersion.ReadAsync(store, root, version: null, cancellationToken) is { } latest
        && await new LogHistory(store, latest).HasInForceAsync(commit, root.Combine(FilesDirectory(commit.Transfer, commit.Number)), cancellationToken);

    /// <returns>The version and its metadata; null when the commit was there already.</returns>
    private async Task<(long Version, TableMetadata Metadata)?> TryCommitAsync(TableCommit commit, CancellationToken cancellationToken)
    {
        LatestVersion? latest = await LatestVersion.ReadAsync(store, root, version: null, cancellationToken);
        if (latest is not null && await latest.LastTransactionAsync(CommitEntry.ApplicationOf(commit.Request.Transfer), cancellationToken) >= commit.Number)
            return null;
        await ThrowIfInTheWayAsync(commit.Request, latest, cancellationToken);
        TablePlan plan = TablePlan.Of(commit.Request, latest, root, partitionBy);
        if (plan.Write.Settled != commit.Write.Settled)
        {
            throw new TargetException("delta.table_changed",
                $"'{root}' has other columns or partitions than when the copy began, or --partition-by says otherwise, so that its files do not fit. Nothing was changed in the table; " +
                "run the command with --restart to copy again.");
        }

        if (commit.HasDeletes)
            plan = plan.WithDeletionVectors(root);
        long version = (latest?.Number ?? -1) + 1;
        using var lines = new LogLines();
        var entry = new CommitEntry(plan, commit);
        await entry.WriteAsync(store, lines, cancellationToken);
        return await store.TryPutNewAsync(root.Combine(string.Create(CultureInfo.InvariantCulture, $"_delta_log/{version:d20}.json")), lines.Bytes, cancellationToken)
            ? (version, entry.Metadata)
            : throw new TargetException(VersionTaken,
                $"Others commit to '{root}' all the time, the last time version {version}, so that there was no room for this commit. Run the command again: only the commit is left to do.");
    }

    /// <summary>Rows that <c>create</c> must not touch.</summary>
    private async Task ThrowIfInTheWayAsync(TargetRequest request, LatestVersion? latest, CancellationToken cancellationToken)
    {
        if (request.Mode == CopyMode.Create && latest is not null && await latest.HasFilesAsync(cancellationToken))
        {
            throw new TargetException("delta.table_not_empty",
                $"The table '{root}' has rows. Use --mode append to add to them, --mode replace to put the copy in their place, or another directory.");
        }
    }

    /// <summary>Beside a log, files that it does not name are waste: VACUUM of any engine would remove them.</summary>
    private async Task ThrowIfOtherFilesAsync(CancellationToken cancellationToken)
    {
        await foreach (StoredObject found in store.ListAsync(root, cancellationToken))
        {
            string path = found.Location == root ? "" : found.Location.Path[root.Path.Length..].TrimStart('/');
            if (path.Length > 0 && path[0] is '_' or '.' || (path.StartsWith(FilesName, StringComparison.Ordinal) && path.Split('/')[0].All(char.IsAsciiLetterOrDigit)))
                continue;
            throw new TargetException("delta.directory_not_empty",
                $"'{root}' has files and no Delta log, among them '{found.Location}'. A table made there would not have their rows, and its upkeep would remove them. Name another directory.");
        }
    }
}
