using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>What the OpenAPI file of Iceberg REST catalogs has that concerns reading, and what we do with each.</summary>
public static class CatalogFeatures
{
    public static FeatureList All { get; } = new("iceberg+rest",
    [
        Read("defaults, overrides, prefix and endpoints", "CatalogConfig"),
        Read("namespaces of several levels", "namespace"),
        Read("pages", "PageToken"),
        Read("bearer token", "BearerAuth"),
        Read("OAuth2 client credentials", "OAuthClientCredentialsRequest"),
        Harmless("OAuth2 token exchange", "OAuthTokenExchangeRequest", "a token that ends is replaced by one for the client credentials"),
        Refused("authentication by signatures, passwords or tickets", "securitySchemes", "OAuth2 and bearer tokens are what we can do"),
        Read("vended credentials for S3", "LoadTableResult"),
        Read("storage credentials by prefix", "StorageCredential"),
        Read("credentials endpoint", "LoadCredentialsResponse"),
        Refused("vended credentials for other stores", "LoadTableResult", "of other stores, Azure is read with the credentials of the environment"),
        Refused("remote signing", "data-access", "the catalog wants to sign every request to the store itself; let it vend credentials instead"),
        Refused("read restrictions", "ReadRestrictions", "they are not enforced yet; read the table as somebody who may read all of it"),
        Harmless("scan planning by the server", "PlanTableScanRequest", "files are planned from the manifests"),
        Harmless("ETag", "etag", "a table is loaded once"),
        Refused("views", "LoadViewResult", "a view has no files; name the table behind it"),
    ]);

    private static TableFeature Read(string name, string section) => new(name, FeatureState.Read, Section(section));

    private static TableFeature Harmless(string name, string section, string why) => new(name, FeatureState.Harmless, Section(section), why);

    private static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, Section(section), why);

    private static string Section(string section) => $"Iceberg REST OpenAPI, \"{section}\"";
}
