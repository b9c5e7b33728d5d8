using BulkMover.Core.Errors;
using BulkMover.Core.Secrets;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>By what a catalog knows us. Both may be null: some catalogs ask for nothing.</summary>
/// <param name="Token">A bearer token, sent as it is. It goes first.</param>
/// <param name="Credential">OAuth2 client credentials as <c>id:secret</c>, or only the secret.</param>
public sealed record CatalogSecrets(string? Token, string? Credential)
{
    public const string TokenVariable = "BULKMOVER_ICEBERG_TOKEN";
    public const string CredentialVariable = "BULKMOVER_ICEBERG_CREDENTIAL";

    private const string FileCode = "catalog.secret_file";

    /// <exception cref="EnvironmentException">A file that holds a secret cannot be read.</exception>
    public static CatalogSecrets FromEnvironment() =>
        new(EnvironmentSecret.Read(TokenVariable, FileCode), EnvironmentSecret.Read(CredentialVariable, FileCode));

    /// <summary>Does not print them.</summary>
    public override string ToString() => nameof(CatalogSecrets);
}
