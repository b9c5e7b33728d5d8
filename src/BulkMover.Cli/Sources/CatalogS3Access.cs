using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.S3;
using BulkMover.TableFormats.Iceberg.Catalogs;

namespace BulkMover.Cli.Sources;

/// <summary>Reads S3 as a catalog grants it; what the catalog leaves open comes from where Amazon's own tools take it.</summary>
public sealed class CatalogS3Access(StorageGrants grants) : IS3AccessSource
{
    private readonly S3Access environment = S3Access.FromEnvironment();

    public async ValueTask<S3Access> ForAsync(Location location, CancellationToken cancellationToken) =>
        Access(await grants.ForAsync(location, cancellationToken));

    public async ValueTask<S3Access> InsteadOfAsync(S3Access refused, Location location, CancellationToken cancellationToken)
    {
        StorageGrant grant = await grants.ForAsync(location, cancellationToken);
        S3Access current = Access(grant);
        return current == refused ? Access(await grants.InsteadOfAsync(grant, location, cancellationToken)) : current;
    }

    /// <exception cref="UnsupportedFeatureException">The catalog wants to sign every request itself.</exception>
    /// <exception cref="CorruptTableException">The grant is not complete.</exception>
    private S3Access Access(StorageGrant grant)
    {
        IReadOnlyDictionary<string, string> given = grant.Properties;
        if (IsTrue(given, CatalogProperty.S3RemoteSigning) == true)
        {
            throw new UnsupportedFeatureException("catalog.remote_signing_unsupported",
                $"The catalog has set {CatalogProperty.S3RemoteSigning}: {CatalogFeatures.All["remote signing"].Why}.");
        }

        return new S3Access
        {
            Endpoint = given.GetValueOrDefault(CatalogProperty.S3Endpoint) is { Length: > 0 } url
                ? S3Access.ParseEndpoint(url, CatalogProperty.S3Endpoint)
                : environment.Endpoint,
            Region = given.GetValueOrDefault(CatalogProperty.S3Region) ?? given.GetValueOrDefault(CatalogProperty.ClientRegion) ?? environment.Region,
            PathStyle = IsTrue(given, CatalogProperty.S3PathStyle),
            Encryption = environment.Encryption,
            Keys = Keys(given),
        };
    }

    private static S3Keys? Keys(IReadOnlyDictionary<string, string> given)
    {
        (string? id, string? secret) = (given.GetValueOrDefault(CatalogProperty.S3AccessKey), given.GetValueOrDefault(CatalogProperty.S3SecretKey));
        if ((id is null) != (secret is null))
        {
            throw new CorruptTableException("catalog.answer_invalid",
                $"The catalog gives only one of '{CatalogProperty.S3AccessKey}' and '{CatalogProperty.S3SecretKey}'. Tell whoever runs it.");
        }

        return id is null ? null : new S3Keys(id, secret!, given.GetValueOrDefault(CatalogProperty.S3SessionToken));
    }

    private static bool? IsTrue(IReadOnlyDictionary<string, string> given, string name) =>
        given.TryGetValue(name, out string? value) ? value.Equals("true", StringComparison.OrdinalIgnoreCase) : null;
}
