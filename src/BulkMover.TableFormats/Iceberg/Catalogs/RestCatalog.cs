using System.Text.Json;
using BulkMover.Core.Errors;

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
    private readonly TimeProvider time;

    private RestCatalog(Uri catalog, CatalogConfig config, CatalogSession session, TimeProvider time)
    {
        (this.catalog, this.config, this.session, this.time) = (catalog, config, session, time);
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
        return new RestCatalog(Moved(address.Catalog, config), config, session, time);
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
