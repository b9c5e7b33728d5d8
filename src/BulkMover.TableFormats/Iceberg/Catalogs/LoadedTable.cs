using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>A catalog's answer to the request for a table (OpenAPI, <c>LoadTableResult</c>). It lives as long as the JSON.</summary>
internal sealed class LoadedTable
{
    /// <summary>Where writers put metadata documents instead of below the table's location (Iceberg docs, "Configuration").</summary>
    private const string MetadataPathProperty = "write.metadata.path";

    private readonly CatalogJson json;
    private readonly TableMetadata metadata;
    private readonly string? metadataLocation;

    public LoadedTable(JsonElement answer, string source)
    {
        json = new CatalogJson(answer, source);
        metadataLocation = json.Optional("metadata-location")?.Text();
        metadata = TableMetadataParser.Parse(json.Required("metadata").Element, metadataLocation ?? $"the answer of {source}");
        RefuseRestrictions(source);
    }

    /// <summary>A bearer token for further requests about the table; null when the catalog gives none.</summary>
    public string? Token => json.Map("config").GetValueOrDefault(CatalogProperty.Token);

    public TableMetadata Metadata() => metadata;

    /// <summary>
    /// The table lies where its metadata says. Only when its document is elsewhere, and the table does not say that its documents are, was it
    /// moved as a whole; then it lies where the document is.
    /// </summary>
    public MetadataFile File()
    {
        Location root = StoreAddress.Parse(metadata.Location, default);
        if (metadataLocation is null)
            return new MetadataFile(root, root, []);
        MetadataFile found = MetadataFile.At(StoreAddress.Parse(metadataLocation, root));
        bool isInPlace = TablePath.Parse(metadataLocation, root).Below(TablePath.Parse(metadata.Location, root)) is not null
            || metadata.Properties.ContainsKey(MetadataPathProperty);
        return isInPlace ? found with { TableRoot = root } : found;
    }

    /// <summary>The catalog's properties with those of the table over them.</summary>
    public Dictionary<string, string> Properties(IReadOnlyDictionary<string, string> catalog) => StorageGrant.Lay(catalog, json.Map("config"));

    public IReadOnlyList<StorageGrant> Grants(IReadOnlyDictionary<string, string> catalog) => Grants(json, Properties(catalog));

    /// <summary>One grant for each of the <c>storage-credentials</c>, and one for what none of them is for.</summary>
    public static IReadOnlyList<StorageGrant> Grants(CatalogJson answer, IReadOnlyDictionary<string, string> properties) =>
    [
        .. (answer.List("storage-credentials") ?? []).Select(credential =>
            new StorageGrant(credential.Required("prefix").Text(), StorageGrant.Lay(properties, credential.Map("config")))),
        new StorageGrant("", properties),
    ];

    /// <summary>OpenAPI, <c>ReadRestrictions</c>: a client that cannot enforce them must fail.</summary>
    private void RefuseRestrictions(string source)
    {
        if (json.Optional("read-restrictions") is not { } restrictions)
            return;
        bool hasFilter = restrictions.Optional("required-row-filter") is { } filter && !IsAlwaysTrue(filter.Element);
        if (hasFilter || restrictions.Optional("required-column-projections") is not null)
        {
            throw new UnsupportedFeatureException("iceberg.read_restrictions",
                $"The answer of {source} restricts which rows or columns may be read (read-restrictions): {CatalogFeatures.All["read restrictions"].Why}.");
        }
    }

    private static bool IsAlwaysTrue(JsonElement filter) => filter.ValueKind == JsonValueKind.True
        || (filter.ValueKind == JsonValueKind.Object && filter.TryGetProperty("type", out JsonElement type)
            && (type.ValueKind == JsonValueKind.True || (type.ValueKind == JsonValueKind.String && type.GetString() == "true")));
}
