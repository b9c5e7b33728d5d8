using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// An Iceberg REST catalog, by the public OpenAPI file (apache/iceberg, <c>open-api/rest-catalog-open-api.yaml</c>). It is asked for its
/// configuration once. What fails for a moment is asked again; errors are those of <see cref="CatalogErrors"/>.
/// </summary>
public sealed class RestCatalog
{
    private readonly Uri catalog;
    private readonly CatalogConfig config;
    private readonly CatalogRoutes routes;
    private readonly CatalogSession session;
    private readonly CatalogSession once;
    private readonly TimeProvider time;

    /// <param name="catalog">Where it is.</param>
    /// <param name="config">What it has.</param>
    /// <param name="session">Asks again what fails for a moment.</param>
    /// <param name="once">Asks once: a change that may have been made is looked for before it is sent again.</param>
    /// <param name="time">The clock by which grants end.</param>
    private RestCatalog(Uri catalog, CatalogConfig config, CatalogSession session, CatalogSession once, TimeProvider time)
    {
        (this.catalog, this.config, this.session, this.once, this.time) = (catalog, config, session, once, time);
        routes = new CatalogRoutes(catalog, config);
    }

    /// <exception cref="InvalidInputException">It is no catalog, or it does not know us.</exception>
    /// <exception cref="UnsupportedFeatureException">It asks for what we cannot do.</exception>
    /// <exception cref="EnvironmentException">It cannot be reached, or fails.</exception>
    public static Task<RestCatalog> OpenAsync(CatalogAddress address, CatalogSecrets secrets, CancellationToken cancellationToken) =>
        OpenAsync(address, secrets, new Retry(), TimeProvider.System, cancellationToken);

    internal static async Task<RestCatalog> OpenAsync(
        CatalogAddress address, CatalogSecrets secrets, Retry retry, TimeProvider time, CancellationToken cancellationToken)
    {
        var http = new CatalogHttp(retry);
        var tokens = new CatalogTokens(address.Catalog, secrets, http, time);
        tokens.Configure(address.Properties);
        var session = new CatalogSession(http, tokens);

        Uri uri = CatalogRoutes.Config(address.Catalog, address.Properties.GetValueOrDefault(CatalogProperty.Warehouse));
        using JsonDocument answer = await session.GetAsync(uri, tableToken: null, cancellationToken);
        var config = CatalogConfig.Parse(answer.RootElement, address.Properties, address.Catalog);
        tokens.Configure(config.Properties);
        return new RestCatalog(Moved(address.Catalog, config), config, session, new CatalogSession(new CatalogHttp(retry with { Attempts = 1 }), tokens), time);
    }

    /// <summary>Loads a table with all its snapshots, and what is needed to read its files.</summary>
    /// <exception cref="InvalidInputException">There is no such table; the message tells what there is.</exception>
    /// <exception cref="UnsupportedFeatureException">The table may only be read in part, or is of a newer format.</exception>
    /// <exception cref="CorruptTableException">The answer or the metadata in it is not what the specifications say.</exception>
    public async Task<CatalogTable> LoadTableAsync(CatalogTableName table, CancellationToken cancellationToken)
    {
        using JsonDocument answer = await LoadAsync(table, cancellationToken);
        var loaded = new LoadedTable(answer.RootElement, $"{catalog} for {table}");
        return new CatalogTable(loaded.Metadata(), loaded.File(), new StorageGrants(loaded.Grants(config.Properties), NewLoad(table, loaded), time));
    }

    /// <summary>A table with its whole metadata document, to change it; null when there is none. Same errors.</summary>
    internal async Task<CatalogState?> TryLoadStateAsync(CatalogTableName table, CancellationToken cancellationToken)
    {
        RefuseUnlessHas(CatalogConfig.UpdateTable);
        try
        {
            using JsonDocument answer = await session.GetAsync(routes.Table(table), tableToken: null, cancellationToken);
            var loaded = new LoadedTable(answer.RootElement, $"{catalog} for {table}");
            return NewState(answer, loaded, NewLoad(table, loaded));
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Asks where the catalog would put a new table, and for what is needed to write there (OpenAPI, <c>CreateTableRequest</c>, <c>stage-create</c>): nothing
    /// is made. The schema that has to go with it is of no account: the commit that makes the table brings its own.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="address">Where it shall lie; null to let the catalog choose.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    internal async Task<CatalogState> StageAsync(CatalogTableName table, string? address, CancellationToken cancellationToken)
    {
        RefuseUnlessHas(CatalogConfig.CreateTable);
        using JsonDocument answer = await StageAnswerAsync(table, address, cancellationToken);
        var loaded = new LoadedTable(answer.RootElement, $"{catalog} for {table}");
        TableMetadata metadata = loaded.Metadata();
        return NewState(answer, loaded, async stopping =>
        {
            using JsonDocument again = await StageAnswerAsync(table, metadata.Location, stopping);
            return new LoadedTable(again.RootElement, $"{catalog} for {table}").Grants(config.Properties);
        });
    }

    /// <summary>Changes a table, or makes it (OpenAPI, <c>CommitTableRequest</c>).</summary>
    /// <param name="table">The table.</param>
    /// <param name="requirements">What it must be before.</param>
    /// <param name="updates">What changes.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    internal async Task<CommitResult> CommitAsync(CatalogTableName table, JsonArray requirements, JsonArray updates, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["identifier"] = Identifier(table), ["requirements"] = requirements, ["updates"] = updates };
        try
        {
            using JsonDocument answer = await once.PostAsync(routes.Table(table), body.ToJsonString(PlainJson.Nodes), cancellationToken);
            // A catalog may have given a new table another id than was asked for.
            return new CommitResult(CommitOutcome.Committed)
            {
                TableId = answer.RootElement.TryGetProperty("metadata", out JsonElement metadata) && metadata.TryGetProperty("table-uuid", out JsonElement id) ? id.GetString() : null,
            };
        }
        catch (EnvironmentException error) when (error.Code == CatalogErrors.Conflict)
        {
            return new CommitResult(CommitOutcome.Outdated, error);
        }
        catch (EnvironmentException error) when (error.IsTransient)
        {
            // Also what is answered with 5xx may have happened (OpenAPI, "CommitStateUnknownException").
            return new CommitResult(CommitOutcome.Unknown, error);
        }
    }

    private async Task<JsonDocument> StageAnswerAsync(CatalogTableName table, string? address, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["name"] = table.Name,
            ["schema"] = JsonNode.Parse("""{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"staged","required":false,"type":"string"}]}"""),
            ["stage-create"] = true,
        };
        if (address is not null)
            body["location"] = address;
        try
        {
            return await session.PostAsync(routes.CreateTable(table.Namespace), body.ToJsonString(PlainJson.Nodes), cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.NotFound)
        {
            throw new InvalidInputException("catalog.namespace_missing",
                $"{catalog} has no namespace {CatalogTableName.Encode(table.Namespace)} to make the table {table.Name} in. Make the namespace first, or correct the name behind table=.", error);
        }
    }

    private CatalogState NewState(JsonDocument answer, LoadedTable loaded, Func<CancellationToken, Task<IReadOnlyList<StorageGrant>>> load) => new(
        JsonObject.Create(answer.RootElement.GetProperty("metadata").Clone())!,
        new CatalogTable(loaded.Metadata(), loaded.File(), new StorageGrants(loaded.Grants(config.Properties), load, time)));

    private static JsonObject Identifier(CatalogTableName table) => new()
    {
        ["namespace"] = new JsonArray([.. table.Namespace.Select(level => JsonValue.Create(level))]), ["name"] = table.Name,
    };

    private void RefuseUnlessHas(string endpoint)
    {
        if (!config.Has(endpoint))
        {
            throw new UnsupportedFeatureException("catalog.cannot_write_tables",
                $"{catalog} says that it has no endpoint '{endpoint}', so no table of it can be written. Write to another catalog, or to a directory.");
        }
    }

    private async Task<JsonDocument> LoadAsync(CatalogTableName table, CancellationToken cancellationToken)
    {
        try
        {
            return await session.GetAsync(routes.Table(table), tableToken: null, cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.NotFound)
        {
            string near = await new CatalogNames(session, routes, config).NearAsync(table, cancellationToken);
            throw new InvalidInputException("catalog.table_missing",
                $"{catalog} has no table {table}. {near}{(near.Length == 0 ? "" : " ")}Correct the name behind table=, where a dot separates namespaces.", error);
        }
    }

    /// <summary>Loads the grants again: from the endpoint for that where the catalog has it, else with the table.</summary>
    private Func<CancellationToken, Task<IReadOnlyList<StorageGrant>>> NewLoad(CatalogTableName table, LoadedTable first)
    {
        (string? token, IReadOnlyDictionary<string, string> properties) = (first.Token, first.Properties(config.Properties));
        return async cancellationToken =>
        {
            bool isOwn = config.Has(CatalogConfig.LoadCredentials);
            using JsonDocument answer = await session.GetAsync(isOwn ? routes.Credentials(table) : routes.Table(table), token, cancellationToken);
            var json = new CatalogJson(answer.RootElement, $"{catalog} for {table}");
            return isOwn ? LoadedTable.Grants(json, properties) : new LoadedTable(answer.RootElement, $"{catalog} for {table}").Grants(config.Properties);
        };
    }

    /// <summary>A catalog may say that it lives elsewhere (property <c>uri</c>).</summary>
    private static Uri Moved(Uri catalog, CatalogConfig config)
    {
        if (config.Properties.GetValueOrDefault(CatalogProperty.Uri) is not { Length: > 0 } uri)
            return catalog;
        return Uri.TryCreate(uri.TrimEnd('/') + "/", UriKind.Absolute, out Uri? moved) && moved.Scheme is "https" or "http"
            ? moved!
            : throw CatalogErrors.NotACatalog(catalog, $"its property '{CatalogProperty.Uri}' is '{uri}'");
    }
}
