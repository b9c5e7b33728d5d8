using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Catalogs;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// A table whose catalog keeps which metadata is current. It is told what the change was made on (OpenAPI, <c>TableRequirement</c>), so that it can
/// refuse one that comes too late.
/// </summary>
internal sealed class CatalogCommits : ITableCommits
{
    private readonly RestCatalog catalog;
    private readonly CatalogTableName name;
    private readonly CatalogState first;

    private CatalogCommits(RestCatalog catalog, CatalogTableName name, CatalogState first, IWritableStore store)
    {
        (this.catalog, this.name, this.first, Store) = (catalog, name, first, store);
        NewAddress = first.Table.Metadata.Location.TrimEnd('/');
        NewId = Guid.TryParse((string?)first.Document["table-uuid"], out Guid id) ? id : Guid.NewGuid();
    }

    public Location Root => first.Table.Location;

    public IWritableStore Store { get; }

    public string NewAddress { get; }

    public Guid NewId { get; }

    /// <summary>Asks for the table; of one that is not there yet, for where the catalog would put it, unless <paramref name="address"/> says.</summary>
    public static async Task<CatalogCommits> OpenAsync(
        RestCatalog catalog, CatalogTableName name, Func<CatalogTable, IWritableStore> open, string? address, CancellationToken cancellationToken)
    {
        CatalogState state = await catalog.TryLoadStateAsync(name, cancellationToken) ?? await catalog.StageAsync(name, address, cancellationToken);
        return new CatalogCommits(catalog, name, state, open(state.Table));
    }

    public async Task<TableState?> LoadAsync(CancellationToken cancellationToken) => await catalog.TryLoadStateAsync(name, cancellationToken) is { } state
        ? new TableState(state.Document, state.Table.Metadata, state.Table.File.Location)
        : null;

    public async Task<CommitResult> CommitAsync(TableState? loaded, JsonArray updates, CancellationToken cancellationToken)
    {
        JsonArray all = updates.DeepClone().AsArray();
        // What the catalog gives every table: it begins this one from nothing but our updates.
        if (loaded is null && first.Document["properties"] is JsonObject { Count: > 0 } properties)
            all.Insert(0, new JsonObject { ["action"] = "set-properties", ["updates"] = properties.DeepClone() });
        try
        {
            return await catalog.CommitAsync(name, loaded is null ? new JsonArray(Requirement("assert-create")) : Requirements(loaded), all, cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.Refused && loaded is not null)
        {
            // No requirement tells of these, so that a snapshot which comes too late for them (one of another branch came first) is called invalid, and not a conflict.
            if (await LoadAsync(cancellationToken) is { } now
                && (now.Metadata.FormatVersion, now.LastSequenceNumber, now.NextRowId) != (loaded.Metadata.FormatVersion, loaded.LastSequenceNumber, loaded.NextRowId))
                return new CommitResult(CommitOutcome.Outdated, error);
            throw;
        }
    }

    private static JsonArray Requirements(TableState loaded)
    {
        JsonObject document = loaded.Document, main = Requirement("assert-ref-snapshot-id");
        main["ref"] = TableUpdates.MainBranch;
        main["snapshot-id"] = loaded.Current is null ? null : document["current-snapshot-id"]!.DeepClone();
        return new JsonArray(
            Requirement("assert-table-uuid", "uuid", document["table-uuid"]),
            main,
            Requirement("assert-current-schema-id", "current-schema-id", document["current-schema-id"]),
            Requirement("assert-last-assigned-field-id", "last-assigned-field-id", document["last-column-id"]),
            Requirement("assert-default-spec-id", "default-spec-id", document["default-spec-id"]));
    }

    private static JsonObject Requirement(string type) => new() { ["type"] = type };

    private static JsonObject Requirement(string type, string name, JsonNode? value) => new() { ["type"] = type, [name] = value?.DeepClone() };
}
