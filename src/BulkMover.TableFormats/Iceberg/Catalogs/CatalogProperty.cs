namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>Names of the properties by which a catalog and its clients configure each other (OpenAPI, <c>CatalogConfig</c> and <c>LoadTableResult</c>; Iceberg docs, "Configuration").</summary>
public static class CatalogProperty
{
    public const string Warehouse = "warehouse";
    public const string Scope = "scope";
    public const string Audience = "audience";
    public const string Resource = "resource";
    public const string OAuthServer = "oauth2-server-uri";

    public const string S3AccessKey = "s3.access-key-id";
    public const string S3SecretKey = "s3.secret-access-key";
    public const string S3SessionToken = "s3.session-token";
    public const string S3SessionExpiry = "s3.session-token-expires-at-ms";
    public const string S3Endpoint = "s3.endpoint";
    public const string S3Region = "s3.region";
    public const string ClientRegion = "client.region";
    public const string S3PathStyle = "s3.path-style-access";
    public const string S3RemoteSigning = "s3.remote-signing-enabled";

    internal const string Uri = "uri";
    internal const string Prefix = "prefix";
    internal const string NamespaceSeparator = "namespace-separator";
    internal const string Token = "token";
    internal const string Credential = "credential";
    internal const string AuthType = "rest.auth.type";
    internal const string SigV4 = "rest.sigv4-enabled";

    /// <summary>What belongs to one set of credentials: a key of one set and a session of another would be refused by the store.</summary>
    internal static readonly string[] S3Credentials = [S3AccessKey, S3SecretKey, S3SessionToken, S3SessionExpiry];
}
