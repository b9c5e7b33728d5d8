using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// A table of an Iceberg REST catalog: <c>iceberg+rest:https://host/path?table=namespace.table</c>, and where the catalog needs them
/// <c>&amp;warehouse=</c>, <c>&amp;scope=</c>, <c>&amp;audience=</c>, <c>&amp;resource=</c> and <c>&amp;oauth2-server-uri=</c>. Each value is
/// percent-encoded. It never holds a secret.
/// </summary>
/// <param name="Catalog">The catalog's base: what comes before <c>/v1</c>.</param>
/// <param name="Table">The table in it.</param>
/// <param name="Properties">The other parameters, under the names that catalogs use for the same properties.</param>
public sealed record CatalogAddress(Uri Catalog, CatalogTableName Table, IReadOnlyDictionary<string, string> Properties)
{
    public const string Scheme = "iceberg+rest:";

    private const string TableParameter = "table";

    /// <summary>In the order in which <see cref="ToString"/> writes them.</summary>
    private static readonly string[] Parameters =
    [
        CatalogProperty.Warehouse, CatalogProperty.Scope, CatalogProperty.Audience, CatalogProperty.Resource, CatalogProperty.OAuthServer,
    ];

    private static readonly string[] WordsOfSecrets = ["token", "credential", "secret", "password", "key"];

    public static bool IsAddress(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="InvalidInputException">It is not complete, or it holds a secret.</exception>
    public static CatalogAddress Parse(string text)
    {
        string[] halves = text[Scheme.Length..].Split('?', 2);
        // Before anything is quoted in a message: a secret must not get into logs.
        if (halves[0].Contains('@', StringComparison.Ordinal))
            throw SecretInAddress("a user or password");
        Dictionary<string, string> values = Values(halves.Length > 1 ? halves[1] : "");
        if (!Uri.TryCreate(halves[0].TrimEnd('/') + "/", UriKind.Absolute, out Uri? catalog)
            || catalog.Scheme is not ("https" or "http") || catalog.Host.Length == 0 || catalog.Fragment.Length > 0)
        {
            throw Invalid($"'{halves[0]}' is not an https:// address");
        }

        CatalogTableName table = values.Remove(TableParameter, out string? name) && CatalogTableName.Parse(name) is { } parsed
            ? parsed
            : throw Invalid("it needs ?table=namespace.table, with as many namespaces as the catalog nests");
        var properties = values.ToDictionary(value => value.Key, value => Uri.UnescapeDataString(value.Value), StringComparer.Ordinal);
        if (Uri.TryCreate(properties.GetValueOrDefault(CatalogProperty.OAuthServer), UriKind.Absolute, out Uri? server) && server.UserInfo.Length > 0)
            throw SecretInAddress($"a user or password in {CatalogProperty.OAuthServer}");
        return new CatalogAddress(catalog, table, properties);
    }

    /// <summary>The same text for every way to write the address.</summary>
    public override string ToString() =>
        $"{Scheme}{Catalog.AbsoluteUri.TrimEnd('/')}?{TableParameter}={Table}"
        + string.Concat(Parameters.Where(Properties.ContainsKey).Select(name => $"&{name}={Uri.EscapeDataString(Properties[name])}"));

    private static Dictionary<string, string> Values(string query)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = parameter.Split('=', 2);
            if (pair[0] != TableParameter && !Parameters.Contains(pair[0], StringComparer.Ordinal))
                throw Unknown(pair[0]);
            if (pair.Length == 1 || pair[1].Length == 0 || !values.TryAdd(pair[0], pair[1]))
                throw Invalid($"'{pair[0]}' must have one value");
        }

        return values;
    }

    private static InvalidInputException Unknown(string name) =>
        WordsOfSecrets.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? SecretInAddress($"the parameter '{name}'")
            : Invalid($"it knows no parameter '{name}', only {TableParameter}, {string.Join(", ", Parameters)}");

    private static InvalidInputException SecretInAddress(string what) => new("catalog.secret_in_uri",
        $"The address of an Iceberg catalog holds {what}, which would stay in the shell's history and in logs. Leave it out and set "
        + $"{CatalogSecrets.TokenVariable} or {CatalogSecrets.CredentialVariable} (id:secret), or name a file with the same name and _FILE.");

    private static InvalidInputException Invalid(string problem) => new("catalog.address",
        $"This is not the address of a table in an Iceberg REST catalog: {problem}. Write {Scheme}https://host/path?table=namespace.table; "
        + "characters with a meaning of their own are percent-encoded (. in a name as %2E, & as %26).");
}
