namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>Where a catalog's endpoints are. Names are percent-encoded; the levels of a namespace stand in one segment, with a separator between them.</summary>
internal sealed class CatalogRoutes
{
    /// <summary>The unit separator, which servers understand even when they prefer another one.</summary>
    private const string DefaultSeparator = "%1F";

    private readonly string namespaces;
    private readonly string separator;

    public CatalogRoutes(Uri catalog, CatalogConfig config)
    {
        string prefix = config.Properties.GetValueOrDefault(CatalogProperty.Prefix, "").Trim('/');
        namespaces = $"{catalog.AbsoluteUri}v1/{(prefix.Length == 0 ? "" : prefix + "/")}namespaces";
        // It comes percent-encoded; a server that forgets that means the character itself.
        string wanted = config.Properties.GetValueOrDefault(CatalogProperty.NamespaceSeparator, DefaultSeparator);
        separator = wanted.Contains('%', StringComparison.Ordinal) ? wanted : Uri.EscapeDataString(wanted);
    }

    public Uri Table(CatalogTableName table) => new($"{Tables(table.Namespace)}/{Uri.EscapeDataString(table.Name)}");

    public Uri Credentials(CatalogTableName table) => new($"{Table(table).AbsoluteUri}/credentials");

    /// <summary>Where tables are made.</summary>
    public Uri CreateTable(IReadOnlyList<string> levels) => new(Tables(levels));

    public Uri ListTables(IReadOnlyList<string> levels, string pageToken) => new($"{Tables(levels)}?{Page(pageToken)}");

    /// <summary>The namespaces directly below one, or the outermost.</summary>
    public Uri ListNamespaces(IReadOnlyList<string> parent, string pageToken) =>
        new($"{namespaces}?{(parent.Count == 0 ? "" : $"parent={Encode(parent)}&")}{Page(pageToken)}");

    public static Uri Config(Uri catalog, string? warehouse) =>
        new($"{catalog.AbsoluteUri}v1/config{(warehouse is null ? "" : $"?warehouse={Uri.EscapeDataString(warehouse)}")}");

    /// <summary>Deprecated by the OpenAPI file, and what clients use when nothing else is told.</summary>
    public static Uri Tokens(Uri catalog) => new($"{catalog.AbsoluteUri}v1/oauth/tokens");

    private string Tables(IReadOnlyList<string> levels) => $"{namespaces}/{Encode(levels)}/tables";

    private string Encode(IEnumerable<string> levels) => string.Join(separator, levels.Select(Uri.EscapeDataString));

    /// <summary>An empty token asks for the first page (OpenAPI, <c>PageToken</c>).</summary>
    private static string Page(string pageToken) => $"pageToken={Uri.EscapeDataString(pageToken)}&pageSize=100";
}
