using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.S3;

/// <summary>How the store encrypts what is written (Amazon S3, "Protecting data with encryption"); a key of the customer's own is needed to read it, too.</summary>
/// <param name="Method"><c>AES256</c>, <c>aws:kms</c> or <c>aws:kms:dsse</c>; null with <paramref name="CustomerKey"/>.</param>
/// <param name="KmsKeyId">The key of the key management service; null for the bucket's or the account's.</param>
/// <param name="HasBucketKey">Whether the service is asked less, by a key for the bucket; null for what the bucket says.</param>
/// <param name="CustomerKey">256 bits in Base64, sent with each request and kept nowhere; null for the store's own keys.</param>
public sealed record S3Encryption(string? Method, string? KmsKeyId, bool? HasBucketKey, string? CustomerKey)
{
    public const string MethodVariable = "AWS_SERVER_SIDE_ENCRYPTION";
    public const string KmsKeyVariable = "AWS_SSE_KMS_KEY_ID";
    public const string BucketKeyVariable = "AWS_SSE_BUCKET_KEY_ENABLED";
    public const string CustomerKeyVariable = "AWS_SSE_CUSTOMER_KEY_BASE64";

    private const string Customer = "sse-c";
    private const int KeyBytes = 32;

    private readonly string? customerKeyMd5 = CustomerKey is null ? null : Md5Of(CustomerKey);

    /// <summary>As delta-rs and its kin take it from the environment; null for what the bucket does by itself.</summary>
    /// <exception cref="InvalidInputException">Code <c>store.encryption_invalid</c>.</exception>
    internal static S3Encryption? From(Func<string, string?> variable)
    {
        (string? method, string? kmsKey, string? customerKey) = (variable(MethodVariable), variable(KmsKeyVariable), variable(CustomerKeyVariable));
        bool? hasBucketKey = variable(BucketKeyVariable) is { } text ? bool.TryParse(text, out bool value) ? value : throw Invalid($"{BucketKeyVariable} is neither true nor false") : null;
        switch (method)
        {
            case null when customerKey is not null:
            case Customer when customerKey is not null:
                return kmsKey is null && !IsNoKey(customerKey) ? new S3Encryption(null, null, null, customerKey)
                    : throw Invalid($"{CustomerKeyVariable} is not a key of 256 bits in Base64, or is set beside {KmsKeyVariable}");
            case null when kmsKey is null && hasBucketKey is null:
                return null;
            case "AES256" when (kmsKey ?? customerKey) is null:
            case "aws:kms" or "aws:kms:dsse" when customerKey is null:
                return new S3Encryption(method, kmsKey, hasBucketKey, null);
            default:
                throw Invalid($"{MethodVariable} is {(method is null ? "not set" : $"'{method}'")}, and the others of its kind do not fit it");
        }
    }

    internal void ApplyTo(GetObjectRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;

    internal void ApplyTo(GetObjectMetadataRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;

    internal void ApplyTo(UploadPartRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;

    internal void ApplyTo(PutObjectRequest request)
    {
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId, request.BucketKeyEnabled) = (Header, KmsKeyId, HasBucketKey);
    }

    internal void ApplyTo(InitiateMultipartUploadRequest request)
    {
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId, request.BucketKeyEnabled) = (Header, KmsKeyId, HasBucketKey);
    }

    /// <summary>The source is read as it was written: with the same customer's key, if any.</summary>
    internal void ApplyTo(CopyObjectRequest request)
    {
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
        (request.CopySourceServerSideEncryptionCustomerMethod, request.CopySourceServerSideEncryptionCustomerProvidedKey, request.CopySourceServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId, request.BucketKeyEnabled) = (Header, KmsKeyId, HasBucketKey);
    }

    /// <inheritdoc cref="ApplyTo(CopyObjectRequest)"/>
    internal void ApplyTo(CopyPartRequest request)
    {
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey, request.ServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
        (request.CopySourceServerSideEncryptionCustomerMethod, request.CopySourceServerSideEncryptionCustomerProvidedKey, request.CopySourceServerSideEncryptionCustomerProvidedKeyMD5) = CustomerHeaders;
    }

    /// <summary>Does not print the key.</summary>
    public override string ToString() => CustomerKey is null ? $"{Method} {KmsKeyId}".TrimEnd() : Customer;

    private ServerSideEncryptionMethod? Header => Method is null ? null : new ServerSideEncryptionMethod(Method);

    private (ServerSideEncryptionCustomerMethod? Method, string? Key, string? Md5) CustomerHeaders =>
        CustomerKey is null ? default : (ServerSideEncryptionCustomerMethod.AES256, CustomerKey, customerKeyMd5);

    private static bool IsNoKey(string base64) => !Convert.TryFromBase64String(base64, new byte[base64.Length], out int bytes) || bytes != KeyBytes;

    [SuppressMessage("Security", "CA5351", Justification = "It guards a header against damage; so S3 wants it.")]
    private static string Md5Of(string base64) => Convert.ToBase64String(MD5.HashData(Convert.FromBase64String(base64)));

    private static InvalidInputException Invalid(string what) => new("store.encryption_invalid",
        $"{what}. Set {MethodVariable} to AES256, or to aws:kms or aws:kms:dsse with {KmsKeyVariable}, or {CustomerKeyVariable} alone.");
}
