using System.Globalization;
using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>An Iceberg table of format version 1 to 3, opened from its directory, from one of its metadata documents or from a catalog.</summary>
public sealed class IcebergTable : ITable
{
    internal const string FormatName = "iceberg";

    private readonly IObjectStore store;
    private readonly MetadataFile file;
    private readonly TableMetadata metadata;

    private IcebergTable(IObjectStore store, MetadataFile file, TableMetadata metadata) =>
        (this.store, this.file, this.metadata) = (store, file, metadata);

    public string Format => FormatName;

    /// <param name="store">Where the table lies.</param>
    /// <param name="location">The table's directory, or a metadata.json, plain or gzipped.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="InvalidInputException">There is no table, or several documents may be the current one.</exception>
    /// <exception cref="CorruptTableException">The metadata is missing or broken.</exception>
    /// <exception cref="UnsupportedFeatureException">The format version is not known.</exception>
    public static async Task<IcebergTable> OpenAsync(IObjectStore store, Location location, CancellationToken cancellationToken)
    {
        MetadataFile found = await MetadataLocator.FindAsync(store, location, cancellationToken);
        ReadOnlyMemory<byte> json = await MetadataBytes.ReadAsync(store, found.Location, cancellationToken);
        return new IcebergTable(store, found, TableMetadataParser.Parse(json, found.Location.ToString()));
    }

    /// <param name="store">Where the table's files lie.</param>
    /// <param name="table">What its catalog says of it.</param>
    public static IcebergTable Open(IObjectStore store, CatalogTable table) => new(store, table.File, table.Metadata);

    public async IAsyncEnumerable<SnapshotSummary> SnapshotsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        ILookup<long, string> names = metadata.References.ToLookup(reference => reference.Value.SnapshotId, reference => reference.Key);
        foreach (Snapshot snapshot in metadata.Snapshots.OrderBy(snapshot => snapshot.CommittedAt))
        {
            string[] references = [.. names[snapshot.Id].Order(StringComparer.Ordinal)];
            yield return new SnapshotSummary(snapshot.Id, snapshot.CommittedAt, snapshot.Operation, references);
        }
    }

    /// <summary>
    /// A branch or tag of exactly that name goes first, also when it reads as a number or a date. A point in time is looked up in the
    /// snapshot log (Iceberg spec, "Point in Time Reads"). The table itself and a branch have the current schema; a snapshot, a point in
    /// time and a tag have the schema that the snapshot was written with.
    /// </summary>
    public async Task<ITableSnapshot> OpenSnapshotAsync(SnapshotSelector? selector, CancellationToken cancellationToken)
    {
        (Snapshot? snapshot, bool currentSchema) = new SnapshotChoice(metadata, file.TableRoot).Choose(selector);
        IcebergSchema schema = currentSchema || snapshot?.SchemaId is not { } id ? metadata.CurrentSchema
            : metadata.Schemas.GetValueOrDefault(id) ?? throw new CorruptTableException("iceberg.metadata_invalid",
                $"Snapshot {snapshot.Id} in '{file.Location}' has the schema {id}, which is not in 'schemas'. Restore the metadata.");
        schema = NameMapping.Apply(schema, metadata, file.Location.ToString());
        IObjectStore files = snapshot is null
            ? store
            : new SnapshotStore(store, FormatName, file.TableRoot.ToString(), snapshot.Id.ToString(CultureInfo.InvariantCulture));
        return await IcebergSnapshot.OpenAsync(files, metadata, file, snapshot, schema, cancellationToken);
    }
}
