using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// What catalog and client have agreed on (OpenAPI, <c>GET /v1/config</c>): the server's defaults, over them the client's properties, over
/// them the server's overrides; and the endpoints that the server has.
/// </summary>
internal sealed class CatalogConfig
{
    public const string ListNamespaces = "GET /v1/{prefix}/namespaces";
    public const string ListTables = "GET /v1/{prefix}/namespaces/{namespace}/tables";
    public const string LoadTable = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}";
    public const string LoadCredentials = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials";

    public const string CreateTable = "POST /v1/{prefix}/namespaces/{namespace}/tables";
    public const string UpdateTable = "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}";

    /// <summary>Those of ours that a server has when it does not say which.</summary>
    private static readonly string[] DefaultEndpoints = [ListNamespaces, ListTables, LoadTable, CreateTable, UpdateTable];

    private readonly HashSet<string> endpoints;

    private CatalogConfig(Dictionary<string, string> properties, IEnumerable<string> endpoints) =>
        (Properties, this.endpoints) = (properties, endpoints.ToHashSet(StringComparer.Ordinal));

    public IReadOnlyDictionary<string, string> Properties { get; }

    public bool Has(string endpoint) => endpoints.Contains(endpoint);

    /// <param name="answer">The server's answer.</param>
    /// <param name="client">The client's own properties.</param>
    /// <param name="catalog">The catalog, for messages.</param>
    /// <exception cref="UnsupportedFeatureException">The catalog asks for what we cannot do.</exception>
    public static CatalogConfig Parse(JsonElement answer, IReadOnlyDictionary<string, string> client, Uri catalog)
    {
        var json = new CatalogJson(answer, $"{catalog}v1/config");
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (IReadOnlyDictionary<string, string> layer in new[] { json.Map("defaults"), client, json.Map("overrides") })
        {
            foreach ((string name, string value) in layer)
                properties[name] = value;
        }

        var config = new CatalogConfig(properties, json.List("endpoints")?.Select(endpoint => endpoint.Text()) ?? DefaultEndpoints);
        config.RefuseUnknownAuthentication(catalog);
        if (!config.Has(LoadTable))
        {
            throw new UnsupportedFeatureException("catalog.cannot_load_tables",
                $"{catalog} says that it has no endpoint '{LoadTable}', so no table can be read from it. Check the address.");
        }

        return config;
    }

    private void RefuseUnknownAuthentication(Uri catalog)
    {
        string type = Properties.GetValueOrDefault(CatalogProperty.SigV4) is "true" ? "sigv4"
            : Properties.GetValueOrDefault(CatalogProperty.AuthType, "none");
        if (type is not ("none" or "oauth2"))
        {
            throw new UnsupportedFeatureException("catalog.authentication_unsupported",
                $"{catalog} wants requests to be authenticated by '{type}': {CatalogFeatures.All["authentication by signatures, passwords or tickets"].Why}.");
        }
    }
}
