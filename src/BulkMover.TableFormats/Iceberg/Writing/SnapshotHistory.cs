using System.Text.Json.Nodes;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>What has become of a commit: as far as the table keeps snapshots, these tell; before, the ledgers of transfers do.</summary>
internal sealed class SnapshotHistory
{
    private readonly ITableCommits commits;
    private readonly TableState state;

    /// <summary>The current snapshot and those that it was made on, newest first, down to one that is not kept any more or has none before it.</summary>
    private readonly List<(long Number, JsonObject Snapshot)> line = [];

    /// <param name="commits">Where the table is kept.</param>
    /// <param name="state">The table now.</param>
    public SnapshotHistory(ITableCommits commits, TableState state)
    {
        (this.commits, this.state) = (commits, state);
        var kept = new Dictionary<long, JsonObject>();
        foreach (JsonObject snapshot in state.Snapshots)
            kept.TryAdd(IdOf(snapshot["snapshot-id"])!.Value, snapshot);
        long? next = state.Current?.Id;
        while (next is { } id && kept.Remove(id, out JsonObject? snapshot))
        {
            line.Add((TableState.NumberOf(snapshot), snapshot));
            next = IdOf(snapshot["parent-snapshot-id"]);
        }
    }

    /// <summary>As <see cref="ITableFormat.IsInForceAsync"/>.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="directory">Of its files, below the table's.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    public async Task<bool> HasInForceAsync(CompleteCommit commit, string directory, CancellationToken cancellationToken)
    {
        TableVersion? found = CommitLog.Find(state, commit.Transfer);
        // Its files can be part of a table that was made anew: they were added to it.
        if (found is null && commit.Made is { } made && !IsOfThisTable(made))
            return await HasFilesBelowAsync(directory, cancellationToken);
        long? number = (commit.Made ?? found)?.Version;
        if (commit.Mode == CopyMode.Replace)
            return (AreFilesOnlyRewritten(number) && !await IsReplacedAsync(commit, number!.Value, cancellationToken)) || await HasFilesBelowAsync(directory, cancellationToken);

        // Nothing can come twice into a table without rows.
        if (commit.Rows > 0 && !await LiveManifests.HaveDataAsync(commits.Store, commits.Root, state, cancellationToken))
            return false;
        return number is not { } its
            || (!(IsRolledBack(its) && state.Snapshots.Any(snapshot => TableState.NumberOf(snapshot) == its)) && !await IsReplacedAsync(commit, its, cancellationToken))
            || await HasFilesBelowAsync(directory, cancellationToken);
    }

    /// <summary>A table that was set back to an older document gives its numbers again.</summary>
    private bool IsOfThisTable(TableVersion made) =>
        (made.Table is null || state.Id is null || made.Table.Equals(state.Id, StringComparison.OrdinalIgnoreCase)) && made.Version <= state.LastSequenceNumber;

    /// <summary>The current snapshot is made on the commit, and those between only add rows or rewrite files ("append", "replace": Iceberg spec, "Snapshots").</summary>
    private bool AreFilesOnlyRewritten(long? number) => line.Exists(item => item.Number == number)
        && line.TakeWhile(item => item.Number != number).All(item => (string?)item.Snapshot["summary"]?["operation"] is "append" or "replace");

    /// <summary>A copy has replaced all rows after the commit, and that was not rolled back.</summary>
    private async Task<bool> IsReplacedAsync(CompleteCommit commit, long number, CancellationToken cancellationToken)
    {
        if (line.Count > 0 && line[0].Number == number)
            return false;
        IReadOnlyList<Replacement> replacements = await commit.Replacements(cancellationToken);
        if (replacements.Count == 0)
            return false;
        IReadOnlyDictionary<TransferId, TableVersion> kept = CommitLog.All(state);
        // Of a number that a snapshot has, only that tells whose it is: a table that was set back gives its numbers again.
        HashSet<long> numbers = [.. state.Snapshots.Select(TableState.NumberOf)];
        return replacements
            .SelectMany(replacement => (TableVersion?[])[replacement.Made is { } told && numbers.Contains(told.Version) ? null : replacement.Made, kept.GetValueOrDefault(replacement.Transfer)])
            .OfType<TableVersion>()
            .Any(made => made.Version > number && IsOfThisTable(made) && !IsRolledBack(made.Version));
    }

    /// <summary>
    /// The current snapshot is certainly not made on that with this number, but on an older one. One that is made on none may be an engine's replacement of the whole table.
    /// </summary>
    private bool IsRolledBack(long number) => !line.Exists(item => item.Number == number) && (line.Count == 0 || line[^1].Number < number);

    private async Task<bool> HasFilesBelowAsync(string directory, CancellationToken cancellationToken)
    {
        string below = $"/{directory}/";
        var reading = new ManifestsAhead(commits.Store, manifest => !manifest.File.HasDeletes, Open, (file, _) => file.Path.Contains(below, StringComparison.Ordinal));
        return await reading.ReadAsync(LiveManifests.ReadAsync(commits.Store, commits.Root, state, cancellationToken), cancellationToken).AnyAsync(cancellationToken);
    }

    private ManifestReader Open(OpenManifest manifest, AvroFileReader file) =>
        new(file, manifest.File, new PartitionReader(manifest.Spec, state.Metadata.CurrentSchema), new MetricsReader([]));

    /// <summary>As <see cref="Metadata.MetadataNode.AsId"/>.</summary>
    private static long? IdOf(JsonNode? id) => id is JsonValue value ? value.TryGetValue(out ulong bits) ? unchecked((long)bits) : (long)value : null;
}
