using Amazon.S3;

namespace BulkMover.ObjectStores.S3;

/// <summary>A client of the SDK, and what each of its requests says beside.</summary>
internal readonly record struct S3Client(AmazonS3Client Sdk, S3Access Access)
{
    public RequestPayer? Payer => Access.RequesterPays ? RequestPayer.Requester : null;

    public S3Encryption? Encryption => Access.Encryption;

    /// <summary>Over TLS, and with its MD5 beside it, a body need not be part of what is signed: hashing it again is half of the work.</summary>
    public bool DisablePayloadSigning => Access.Endpoint is null || Access.Endpoint.Scheme == Uri.UriSchemeHttps;
}
