using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace BulkMover.ObjectStores.Azure;

/// <summary>How one account is asked.</summary>
/// <param name="Account">The account.</param>
/// <param name="Service">Sends the requests.</param>
/// <param name="Credentials">Where the credentials are from, for messages.</param>
/// <param name="Expires">When they end; null when they do not, or renew themselves.</param>
internal sealed record AzureClient(string Account, BlobServiceClient Service, string Credentials, DateTimeOffset? Expires)
{
    /// <summary>Longer than any request to copy takes.</summary>
    private static readonly TimeSpan SourceLifetime = TimeSpan.FromHours(1);

    private static readonly TokenRequestContext Scope = new(["https://storage.azure.com/.default"]);

    /// <summary>Without a signature.</summary>
    public Uri Endpoint { get; } = new(Service.Uri.GetLeftPart(UriPartial.Path));

    /// <summary>The signature that requests go with, where they do and the service's address has none; else null.</summary>
    public string? SasToken { get; init; }

    /// <summary>As whom requests go, where no key and no signature is known; else null.</summary>
    public TokenCredential? Identity { get; init; }

    /// <summary>Shows an object of this account to a request for the same account.</summary>
    public async ValueTask<AzureCopySource> SourceAsync(AzurePath path, CancellationToken cancellationToken)
    {
        BlobClient blob = Service.GetBlobContainerClient(path.Container).GetBlobClient(path.Blob);
        if (blob.CanGenerateSasUri)
            return new AzureCopySource(blob.GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow + SourceLifetime), null);
        if (Identity is null)
            return new AzureCopySource(SasToken is null ? blob.Uri : new UriBuilder(blob.Uri) { Query = SasToken }.Uri, null);
        AccessToken token = await Identity.GetTokenAsync(Scope, cancellationToken);
        return new AzureCopySource(blob.Uri, new HttpAuthorization("Bearer", token.Token));
    }
}
