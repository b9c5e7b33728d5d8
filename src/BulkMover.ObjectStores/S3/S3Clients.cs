using System.Collections.Concurrent;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace BulkMover.ObjectStores.S3;

/// <summary>One client of the SDK for each way to ask; it keeps the connections.</summary>
internal sealed class S3Clients
{
    private readonly ConcurrentDictionary<S3Access, AmazonS3Client> clients = new();

    public AmazonS3Client For(S3Access access) => clients.GetOrAdd(access, static wanted => wanted.Keys switch
    {
        null when wanted.IsAnonymous => new AmazonS3Client(new AnonymousAWSCredentials(), Configure(wanted)),
        null => new AmazonS3Client(Configure(wanted)),
        { SessionToken: { } token } keys => new AmazonS3Client(new SessionAWSCredentials(keys.AccessKeyId, keys.SecretAccessKey, token), Configure(wanted)),
        { } keys => new AmazonS3Client(new BasicAWSCredentials(keys.AccessKeyId, keys.SecretAccessKey), Configure(wanted)),
    });

    private static AmazonS3Config Configure(S3Access access)
    {
        var config = new AmazonS3Config
        {
            // Other stores than Amazon's refuse the trailers; and a checksum of a whole object says nothing about a range of it.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            // StoreRequests does, and asks a store for less that has enough.
            MaxErrorRetry = 0,
            // S3Sender has a limit that knows whether something goes on.
            Timeout = Timeout.InfiniteTimeSpan,
            HttpClientFactory = new S3HttpClients(),
        };
        if (access.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = access.Region ?? "us-east-1";
        }
        else if (access.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        config.ForcePathStyle = access.PathStyle ?? access.Endpoint is not null;
        return config;
    }
}
