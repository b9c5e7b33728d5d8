using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// Makes written files part of a table. Each try loads the table, looks whether the commit is there already, and makes a snapshot on what it
/// finds; of all who try the same, one succeeds (Iceberg spec, "Optimistic Concurrency"). The manifests of the added files are written once, the
/// list of manifests at each try.
/// </summary>
internal sealed class IcebergCommit
{
    private readonly ITableCommits commits;
    private readonly IcebergWriteOptions options;
    private readonly TableCommit commit;
    private readonly SettledTable settled;
    private readonly long snapshotId = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

    /// <summary>How new files of metadata are called: nobody else's are, not even those of an earlier run that might still be at work.</summary>
    private readonly string name;

    private readonly List<Location> ofThisTry = [];
    private (int FormatVersion, int SpecId, AddedFiles Data, AddedFiles Deletes)? added;
    private int tries;

    public IcebergCommit(ITableCommits commits, IcebergWriteOptions options, TableCommit commit)
    {
        (this.commits, this.options, this.commit) = (commits, options, commit);
        settled = SettledTable.Parse(commit.Write.Settled);
        name = string.Create(CultureInfo.InvariantCulture, $"{commit.Request.Transfer}-{commit.Number}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
    }

    /// <exception cref="TargetException">The table is not what was planned with any more.</exception>
    /// <exception cref="EnvironmentException">Others were faster at every try, or whether it happened cannot be told.</exception>
    /// <returns>The snapshot that it made, or that was there already.</returns>
    public Task<TableVersion?> RunAsync(CancellationToken cancellationToken) => options.Commits.RunAsync(TryAsync, cancellationToken);

    private async Task<TableVersion?> TryAsync(CancellationToken cancellationToken)
    {
        TableState? state = await commits.LoadAsync(cancellationToken);
        if (state is not null && CommitLog.Numbers(state, commit.Request.Transfer).Contains(commit.Number))
            return CommitLog.Find(state, commit.Request.Transfer);
        NextTable table = state is null ? NewTable() : await NextAsync(state, cancellationToken);
        (AddedFiles data, AddedFiles deletes) = await AddAsync(table, cancellationToken);
        string? mapping = table.Properties.GetValueOrDefault(NameMapping.Property);
        if (data.LackIds && mapping is not null && !NameMapping.IsOfOwnNames(mapping, settled.Columns))
        {
            throw new TargetException("iceberg.table_changed",
                $"The name mapping of the table '{commits.Root}' was altered since its rows were written, so that columns of files without field ids would not be found. Begin again with --restart.");
        }

        JsonObject snapshot = await WriteSnapshotAsync(state, table, data, deletes, cancellationToken);
        JsonArray updates = table.Updates;
        if (data.LackIds && mapping is null)
            updates.Add(TableUpdates.SetProperty(NameMapping.Property, SchemaJson.NameMapping(table.Schema.Arrow.FieldsList).ToJsonString(PlainJson.Nodes)));
        updates.Add(TableUpdates.AddSnapshot(snapshot));
        updates.Add(TableUpdates.SetMain(snapshotId));

        CommitResult result = await commits.CommitAsync(state, updates, cancellationToken);
        if (result.Outcome == CommitOutcome.Outdated)
        {
            await DeleteOfThisTryAsync(cancellationToken);
            throw Again("iceberg.commit_conflict",
                $"Somebody else has changed the table '{commits.Root}' at each of {tries} tries to commit. The files are written; run the command again.", result.Error);
        }

        if (result.Outcome == CommitOutcome.Unknown)
        {
            throw Again("iceberg.commit_unknown",
                $"Whether the commit to the table '{commits.Root}' has happened is not known: {result.Error?.Message} Run the command again: it looks first.", result.Error);
        }

        return new TableVersion(state is null ? result.TableId ?? commits.NewId.ToString("D") : state.Id, (long)snapshot["sequence-number"]!);
    }

    private static EnvironmentException Again(string code, string message, Exception? inner) => new(code, message, inner) { IsTransient = true };

    private NextTable NewTable()
    {
        if (!settled.IsNew)
            throw new TargetException("iceberg.table_changed", $"The table '{commits.Root}' is gone since its rows were written. Begin again with --restart.");
        settled.CheckAddress(commits.NewAddress, commits.Root.ToString());
        var schema = new IcebergSchema(0, new Schema(settled.Columns, null), []);
        JsonObject json = SchemaJson.Schema(settled.Columns, schema.Id);
        JsonArray updates = TableUpdates.NewTable(
            commits.NewId, commits.NewAddress, json, FieldNumbers.Last(settled.Columns, 0), SpecJson.Spec(settled.Spec with { Id = 0 }),
            SpecJson.SortOrder(settled.SortFields!.DeepClone().AsArray()));
        return new NextTable(FormatVersions.OfNewTables, schema, json, settled.Spec with { Id = 0 }, new Dictionary<string, string>(), commits.NewAddress, updates);
    }

    private async Task<NextTable> NextAsync(TableState state, CancellationToken cancellationToken)
    {
        WritableTable.Check(state, commits.Store, commits.Root);
        if (commit.Request.Mode == CopyMode.Create && await LiveManifests.HaveDataAsync(commits.Store, commits.Root, state, cancellationToken))
            throw IcebergTarget.HasRows(commits.Root);
        TableMetadata metadata = state.Metadata;
        IReadOnlyList<Field> missing = settled.StillMissing(state, commit.HasDeletes, commits.Root.ToString());
        JsonObject json = state.SchemaOf(metadata.CurrentSchema.Id).DeepClone().AsObject();
        if (missing.Count == 0)
            return new NextTable(metadata.FormatVersion, metadata.CurrentSchema, json, metadata.DefaultSpec, metadata.Properties, state.Location, []);

        // Rows from before have nulls in it, so that it cannot be required.
        Field[] optional = [.. missing.Select(field => new Field(field.Name, field.DataType, nullable: true, field.Metadata))];
        int id = metadata.Schemas.Keys.Max() + 1;
        json["schema-id"] = id;
        foreach (JsonNode? field in SchemaJson.Fields(optional))
            json["fields"]!.AsArray().Add(field!.DeepClone());
        var schema = new IcebergSchema(id, new Schema([.. metadata.CurrentSchema.Arrow.FieldsList, .. optional], null), []);
        var updates = new JsonArray(TableUpdates.AddSchema(json.DeepClone().AsObject(), FieldNumbers.Last(missing, state.LastColumnId)), TableUpdates.SetCurrentSchema());
        return new NextTable(metadata.FormatVersion, schema, json, metadata.DefaultSpec, metadata.Properties, state.Location, updates);
    }

    private async Task<(AddedFiles Data, AddedFiles Deletes)> AddAsync(NextTable table, CancellationToken cancellationToken)
    {
        if (added is { } written && (written.FormatVersion, written.SpecId) == (table.FormatVersion, table.Spec.Id))
            return (written.Data, written.Deletes);
        var layout = new ManifestLayout(table.Schema, table.SchemaJson.ToJsonString(PlainJson.Nodes), table.Spec, commit.Write.Partitions, table.Properties, table.Address, table.FormatVersion);
        string start = string.Create(CultureInfo.InvariantCulture, $"{name}-v{table.FormatVersion}-s{table.Spec.Id}");
        AddedFiles data = await new AddedManifests(commits.Store, commits.Root, layout, isOfDeletes: false, options.ManifestBytes)
            .WriteAsync(commit.Files(cancellationToken), start, snapshotId, cancellationToken);
        AddedFiles deletes = !commit.HasDeletes ? AddedFiles.None
            : await new AddedManifests(commits.Store, commits.Root, layout, isOfDeletes: true, options.ManifestBytes)
                .WriteAsync(commit.Files(cancellationToken).Where(file => file.Deletes is not null), $"{start}-deletes", snapshotId, cancellationToken);
        added = (table.FormatVersion, table.Spec.Id, data, deletes);
        return (data, deletes);
    }

    /// <summary>Writes the manifest list, which makes the snapshot whole but for its being the table's.</summary>
    private async Task<JsonObject> WriteSnapshotAsync(TableState? state, NextTable table, AddedFiles data, AddedFiles deletes, CancellationToken cancellationToken)
    {
        tries++;
        ofThisTry.Clear();
        long sequenceNumber = (state?.LastSequenceNumber ?? 0) + 1;
        var counts = new SnapshotCounts(data, deletes, table.FormatVersion >= FormatVersions.WithRowIds);
        string below = string.Create(CultureInfo.InvariantCulture, $"{MetadataFile.DirectoryName}/snap-{snapshotId}-{tries}-{name}.avro");
        await using ManifestListWriter list = await ManifestListWriter.CreateAsync(
            commits.Store, Below(below), snapshotId, state?.Current?.Id, sequenceNumber, state?.NextRowId, cancellationToken);
        foreach (ManifestFile manifest in data.Manifests.Concat(deletes.Manifests))
            await list.WriteAsync(manifest with { SequenceNumber = sequenceNumber, MinSequenceNumber = sequenceNumber }, cancellationToken);
        if (state is not null)
            await ListOthersAsync(list, state, sequenceNumber, counts, table, cancellationToken);
        await list.CompleteAsync(cancellationToken);

        var summary = new JsonObject { ["operation"] = counts.Operation };
        CommitLog.Mark(summary, commit);
        bool hasBefore = commit.Request.Mode != CopyMode.Replace && state?.Current is not null;
        counts.AddTo(summary, hasBefore ? state!.Summaries().First(item => item.Snapshot == state.Current!.Id).Summary : null);
        JsonObject snapshot = Snapshot(state, sequenceNumber, summary, $"{table.Address}/{below}", table.Schema.Id);
        if (state?.NextRowId is { } firstRowId)
            (snapshot["first-row-id"], snapshot["added-rows"]) = (firstRowId, list.NextRowId!.Value - firstRowId);
        return snapshot;
    }

    private async Task ListOthersAsync(
        ManifestListWriter list, TableState state, long sequenceNumber, SnapshotCounts counts, NextTable table, CancellationToken cancellationToken)
    {
        var removed = new RemovedManifests(commits.Store, commits.Root, table.Address, table.FormatVersion);
        int number = 0;
        await foreach (OpenManifest manifest in LiveManifests.ReadAsync(commits.Store, commits.Root, state, cancellationToken))
        {
            if (commit.Request.Mode != CopyMode.Replace)
            {
                await list.WriteAsync(manifest.File, cancellationToken);
                continue;
            }

            string below = string.Create(CultureInfo.InvariantCulture, $"{MetadataFile.DirectoryName}/{name}-t{tries}-d{number++}.avro");
            Below(below);
            if (await removed.WriteAsync(manifest, below, snapshotId, counts, cancellationToken) is { } gone)
                await list.WriteAsync(gone with { SequenceNumber = sequenceNumber, MinSequenceNumber = sequenceNumber }, cancellationToken);
        }
    }

    private JsonObject Snapshot(TableState? state, long sequenceNumber, JsonObject summary, string manifestList, int schemaId)
    {
        // Time does not run backwards in a table, whatever its writers' clocks say.
        long now = Math.Max(commit.At.ToUnixTimeMilliseconds(), state?.LastUpdated.ToUnixTimeMilliseconds() ?? 0);
        var snapshot = new JsonObject { ["sequence-number"] = sequenceNumber, ["snapshot-id"] = snapshotId };
        if (state?.Current is not null)
            snapshot["parent-snapshot-id"] = state.Document["current-snapshot-id"]!.DeepClone();
        snapshot["timestamp-ms"] = now;
        snapshot["summary"] = summary;
        snapshot["manifest-list"] = manifestList;
        snapshot["schema-id"] = schemaId;
        return snapshot;
    }

    /// <summary>Where a file of this try goes, which is remembered.</summary>
    private Location Below(string path)
    {
        Location location = commits.Root.Combine(path);
        ofThisTry.Add(location);
        return location;
    }

    /// <summary>Nothing names what a lost race leaves; what cannot be removed is left to the table's upkeep.</summary>
    private async Task DeleteOfThisTryAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (Location location in ofThisTry)
                await commits.Store.DeleteAsync(location, cancellationToken);
        }
        catch (BulkMoverException)
        {
            // It takes some kilobytes, and harms nobody.
        }
    }

    /// <summary>What the table will be with the snapshot.</summary>
    /// <param name="FormatVersion">Its format version.</param>
    /// <param name="Schema">Its current schema.</param>
    /// <param name="SchemaJson">The same, as metadata has it.</param>
    /// <param name="Spec">By which the added files are partitioned.</param>
    /// <param name="Properties">Before the commit.</param>
    /// <param name="Address">What paths in metadata begin with.</param>
    /// <param name="Updates">What changes beside the snapshot.</param>
    private sealed record NextTable(
        int FormatVersion, IcebergSchema Schema, JsonObject SchemaJson, Partitions.PartitionSpec Spec, IReadOnlyDictionary<string, string> Properties, string Address, JsonArray Updates);
}
