using Azure.Storage.Blobs;

namespace BulkMover.ObjectStores.Azure;

/// <summary>How one account is read.</summary>
/// <param name="Account">The account.</param>
/// <param name="Service">Sends the requests.</param>
/// <param name="Credentials">Where the credentials are from, for messages.</param>
/// <param name="Expires">When they end; null when they do not, or renew themselves.</param>
internal sealed record AzureClient(string Account, BlobServiceClient Service, string Credentials, DateTimeOffset? Expires)
{
    /// <summary>Without a signature.</summary>
    public Uri Endpoint { get; } = new(Service.Uri.GetLeftPart(UriPartial.Path));
}
