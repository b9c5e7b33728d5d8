using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Deletes;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Paths;
using BulkMover.TableFormats.Iceberg.Planning;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Iceberg.Writing;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>One snapshot of an Iceberg table, or the table before its first one: a schema without rows.</summary>
public sealed class IcebergSnapshot : ITableSnapshot, IExpiringSnapshot
{
    /// <summary>"Reserved Field IDs". Tables of earlier versions keep no row lineage.</summary>
    private static readonly Field[] RowLineage =
    [
        new Field("_row_id", Int64Type.Default, nullable: true).WithFieldId(2147483540).WithRowMetadata(RowMetadata.RowId),
        new Field("_last_updated_sequence_number", Int64Type.Default, nullable: true).WithFieldId(2147483539).WithRowMetadata(RowMetadata.LastChange),
    ];

    private readonly IObjectStore store;
    private readonly PathResolver paths;
    private readonly IcebergSchema schema;
    private readonly SnapshotManifests? manifests;
    private readonly Location root;
    private readonly HashSet<int> formerDates;
    private DeleteIndex deletes = new();
    private IcebergSchema keySchema;

    private IcebergSnapshot(
        IObjectStore store, TableMetadata metadata, MetadataFile file, Snapshot? snapshot, IcebergSchema schema, PathResolver paths)
    {
        (this.store, this.schema, this.paths, root) = (store, schema, paths, file.TableRoot);
        keySchema = schema;
        manifests = snapshot is null ? null : new SnapshotManifests(store, metadata, snapshot);
        Id = snapshot?.Id.ToString(CultureInfo.InvariantCulture) ?? "none";
        MetadataColumns = metadata.FormatVersion >= 3 ? RowLineage : [];
        formerDates = metadata.Schemas.Values.SelectMany(former => former.Arrow.FieldsList).Where(column => column.DataType is Date32Type)
            .Select(column => column.FieldId()!.Value).Where(id => schema.Column(id)?.DataType is TimestampType).ToHashSet();
        SortOrder = [.. SortFields(metadata, schema)];
        PartitionColumns = [.. metadata.DefaultSpec.Fields
            .Where(field => field.Transform.Kind != TransformKind.Void)
            .Select(field => schema.Column(field.SourceId)?.Name).OfType<string>().Distinct(StringComparer.Ordinal)];
        (string? Term, string Name)[] terms = [.. metadata.DefaultSpec.Fields.Select(field => (Writing.PartitionTerms.Text(field, schema), field.Name))];
        PartitionTerms = [.. terms.Select(field => field.Term).OfType<string>()];
        PartitionNames = terms.Where(field => field.Term is not null).DistinctBy(field => field.Term).ToDictionary(field => field.Term!, field => field.Name, StringComparer.Ordinal);
        Features = [.. TableFeatures.Of(metadata, snapshot, schema)];
        Retention = snapshot is null ? null : IcebergRetention.Of(metadata, snapshot);
        Notes = paths.IsMoved
            ? [.. file.Notes, $"The table was written at '{metadata.Location}' and is read at '{root}'."]
            : file.Notes;
    }

    /// <summary>The snapshot id; <c>none</c> for a table without a snapshot.</summary>
    public string Id { get; }

    public Schema Schema => schema.Arrow;

    public IReadOnlyList<Field> MetadataColumns { get; }

    public ColumnMatching Matching => ColumnMatching.FieldId;

    public IReadOnlyList<SortField> SortOrder { get; }

    public IReadOnlyList<string> PartitionColumns { get; }

    /// <summary>How the table is partitioned, as engines write it: <c>country</c>, <c>day(ts)</c>, <c>bucket(16, id)</c>; what cannot be written so is left out.</summary>
    public IReadOnlyList<string> PartitionTerms { get; }

    /// <summary>Names of the partition fields, by term.</summary>
    public IReadOnlyDictionary<string, string> PartitionNames { get; }

    public IReadOnlyList<TableFeature> Features { get; private set; }

    public IReadOnlyList<string> Notes { get; }

    public SnapshotRetention? Retention { get; }

    public Field InNewRows(Field column)
    {
        var defaults = new WriteDefaults(schema, root.ToString());
        try
        {
            return defaults.AreOf(column) ? defaults.Filled(column) : column;
        }
        catch (TargetException)
        {
            // No copy has filled it as it is now: it came later, and all rows have what those from before it have.
            return column;
        }
    }

    public async IAsyncEnumerable<ScanTask> PlanAsync(Scan scan, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FeatureGate.ThrowIfRefused(IcebergTable.FormatName, root.ToString(), Features);
        if (manifests is null)
            yield break;
        PathResolver files = paths.ForDataFiles();
        var planner = new ScanPlanner(
            store, keySchema, new ScanPruner(scan.Where, schema, formerDates), files, deletes.IsEmpty ? null : new DeletePlan(store, deletes, files));
        await foreach (ScanTask task in planner.PlanAsync(manifests.ReadAsync(paths.Copy(), cancellationToken), cancellationToken))
            yield return task;
    }

    internal static async Task<IcebergSnapshot> OpenAsync(
        IObjectStore store, TableMetadata metadata, MetadataFile file, Snapshot? snapshot, IcebergSchema schema, CancellationToken cancellationToken)
    {
        var paths = PathResolver.ForMetadata(store, file.TableRoot, metadata.Location);
        var opened = new IcebergSnapshot(store, metadata, file, snapshot, schema, paths);
        // An encrypted manifest list cannot be looked into; the table is refused for that already.
        if (opened.manifests is not null && snapshot!.KeyId is null)
        {
            IAsyncEnumerable<OpenManifest> all = opened.manifests.ReadAsync(paths, cancellationToken);
            var columns = new EqualityColumns(metadata, schema, file.Location.ToString());
            var reader = new DeleteIndexReader(store, schema, columns);
            opened.deletes = await reader.ReadAsync(all, cancellationToken);
            opened.keySchema = columns.WithDropped();
            opened.Features = [.. opened.Features, .. reader.Features];
        }

        return opened;
    }

    /// <summary>The leading fields of the default order that sort by a column itself; what follows another transform orders nothing alone.</summary>
    private static IEnumerable<SortField> SortFields(TableMetadata metadata, IcebergSchema schema) => metadata.DefaultSortOrder.Fields
        .TakeWhile(field => field.Transform.Kind == TransformKind.Identity && schema.Column(field.SourceId) is not null)
        .Select(field => new SortField(schema.Column(field.SourceId)!.Name, field.Descending));
}
