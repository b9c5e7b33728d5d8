using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.S3;

/// <summary>Turns what S3, the SDK or the network say into an error with a code and a next step. The one place that does.</summary>
internal static class S3Errors
{
    public static bool IsExpired(AmazonS3Exception error) =>
        error.ErrorCode is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" or "RequestExpired";

    /// <summary>False for what is no failure of store or network: the caller's own cancellation, our own errors and bugs.</summary>
    public static bool IsOfStore(Exception error, CancellationToken cancellationToken) =>
        error is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public static BulkMoverException Of(Location location, StoreAct act, S3Access access, Exception error)
    {
        if (error is AmazonServiceException answer && answer.StatusCode != default)
            return OfAnswer(location, act, access, answer);
        if (NetworkErrors.IsFromNetwork(error))
            return NetworkErrors.Of("store", access.Endpoint ?? new Uri("https://s3.amazonaws.com"), error);
        if (error.Message.Contains("RegionEndpoint", StringComparison.Ordinal))
        {
            return new InvalidInputException("store.region_missing",
                $"Nothing says in which region the bucket of '{location}' is. Set AWS_REGION, or AWS_ENDPOINT_URL_S3 for a store that is not Amazon's.", error);
        }

        return new EnvironmentException("store.credentials_missing",
            $"Without credentials there is no way to {act.Verb()} '{location}': {FirstSentence(error.Message)} Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for what everybody may read, AWS_NO_SIGN_REQUEST=true.", error);
    }

    /// <summary>Behind it the SDK lists, in lines of their own, all places where it has looked.</summary>
    private static string FirstSentence(string message) => message.Split('\n')[0].Split(". ")[0].Trim().TrimEnd('.') + '.';

    /// <summary>By the error code where there is one (Amazon S3 API, "Error responses"), else by the status: an answer to HEAD has no body.</summary>
    private static BulkMoverException OfAnswer(Location location, StoreAct act, S3Access access, AmazonServiceException answer)
    {
        string said = $"S3 refused to {act.Verb()} '{location}': {(int)answer.StatusCode} {answer.ErrorCode}{(HasNoBody(answer) ? "" : $": {answer.Message.TrimEnd('.')}")}.";
        return answer.ErrorCode switch
        {
            "NoSuchBucket" => new InvalidInputException("store.bucket_missing", $"{said} Correct the name of the bucket, or the endpoint."),
            "InvalidBucketName" => new InvalidInputException("store.path_invalid", $"{said} Correct the name of the bucket."),
            "NoSuchKey" or "NotFound" => StoreErrors.ObjectMissing(location, answer),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "InvalidSecurity" =>
                new EnvironmentException("store.credentials_refused", $"{said} Check the credentials that the environment or the catalog gives.", answer),
            "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" or "RequestExpired" =>
                new EnvironmentException("store.credentials_expired", $"{said} Get new temporary credentials, then run the command again.", answer),
            "RequestTimeTooSkewed" => new EnvironmentException("store.clock_wrong", $"{said} Set this machine's clock.", answer),
            "PermanentRedirect" or "TemporaryRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
                new InvalidInputException("store.region_wrong", $"{said} The bucket is in another region: set AWS_REGION, or s3.region in the catalog.", answer),
            "InvalidObjectState" => new EnvironmentException("store.object_archived", $"{said} Restore the object from the archive first.", answer),
            "InvalidRange" => new CorruptTableException(StoreErrors.Truncated, $"{said} The file was cut, or what refers to it is wrong.", answer),
            "PreconditionFailed" => StoreErrors.Changed(location),
            "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" =>
                StoreErrors.Throttled(said, answer, null),
            "BadDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" => StoreErrors.Damaged(said, answer),
            "ConditionalRequestConflict" or "OperationAborted" => Transient("store.conflict", $"{said} Somebody else writes there at the same time. Try later.", answer),
            "NoSuchUpload" => new EnvironmentException(StoreErrors.UploadGone, $"{said} Somebody has aborted the upload, perhaps a rule of the bucket. Run the command again.", answer),
            "NotImplemented" => StoreErrors.NotKnown(said, answer),
            // Also with a status that says all is well: a long answer has begun before it was known (Amazon S3 API, "CopyObject").
            "InternalError" => Transient("store.failed", $"{said} Try later.", answer),
            _ => OfStatus(location, act, access, answer, said),
        };
    }

    /// <summary>The SDK makes a code of the status then, and a message that says as much at length.</summary>
    private static bool HasNoBody(AmazonServiceException answer) => string.IsNullOrEmpty(answer.Message) || answer.ErrorCode == answer.StatusCode.ToString();

    private static BulkMoverException OfStatus(Location location, StoreAct act, S3Access access, AmazonServiceException answer, string said) => answer.StatusCode switch
    {
        HttpStatusCode.NotFound => StoreErrors.ObjectMissing(location, answer),
        HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
            new EnvironmentException("store.access_denied", $"{said} {(HasNoBody(answer) && !access.IsAnonymous ? "The answer does not say why: check that the credentials are right. " : "")}{HowToGrant(act, access)}", answer),
        HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect =>
            new InvalidInputException("store.region_wrong", $"{said} The bucket is in another region: set AWS_REGION, or s3.region in the catalog.", answer),
        HttpStatusCode.RequestedRangeNotSatisfiable =>
            new CorruptTableException(StoreErrors.Truncated, $"{said} The file was cut, or what refers to it is wrong.", answer),
        HttpStatusCode.PreconditionFailed => StoreErrors.Changed(location),
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests =>
            StoreErrors.Throttled(said, answer, null),
        >= HttpStatusCode.InternalServerError => Transient("store.failed", $"{said} Try later.", answer),
        _ => new EnvironmentException("store.refused", $"{said} {WhatToCheck(act, access, answer.StatusCode)}", answer),
    };

    private static EnvironmentException Transient(string code, string message, Exception answer) => new(code, message, answer) { IsTransient = true };

    /// <summary>Also a key of the customer's own that was not given, or is another one, is a bad request, and an answer to HEAD says no more (Amazon S3, "Using SSE-C").</summary>
    private static string WhatToCheck(StoreAct act, S3Access access, HttpStatusCode status) => (status, access.Encryption) switch
    {
        (HttpStatusCode.BadRequest, null) when act is StoreAct.Read or StoreAct.Copy =>
            $"If it was written with a key of the customer's own, set {S3Encryption.CustomerKeyVariable}; else check the endpoint and the store's log.",
        (HttpStatusCode.BadRequest, not null) => $"Check {S3Encryption.CustomerKeyVariable}, {S3Encryption.MethodVariable} and {S3Encryption.KmsKeyVariable}: "
            + "what was written with a key of the customer's own is read with the same only, and some stores take keys by https only.",
        _ => "Check the endpoint and the store's log.",
    };

    /// <summary>Amazon's refuses who does not say that he pays in the same words as who has no right; others, such as Ceph, so refuse who comes with a session that has ended.</summary>
    private static string HowToGrant(StoreAct act, S3Access access) => access.IsAnonymous
        ? $"The request was not signed, as AWS_NO_SIGN_REQUEST wants it, and not everybody has the right to {act.Verb()} ({RightsTo(act)}). Leave that out to use credentials."
        : $"Grant the right to {act.Verb()} ({RightsTo(act)}) to whom the credentials belong{(act == StoreAct.Read && access is { Endpoint: null, RequesterPays: false } ? "; where who reads pays, set AWS_REQUEST_PAYER=requester" : "")}.{(access.IsSession || access.Keys?.SessionToken is not null ? " If the credentials were for a while, get new ones." : "")}";

    private static string RightsTo(StoreAct act) => act switch
    {
        StoreAct.Read => "s3:GetObject, s3:ListBucket",
        StoreAct.Write => "s3:PutObject, s3:AbortMultipartUpload; of a key that encrypts, kms:GenerateDataKey and kms:Decrypt",
        StoreAct.Copy => "s3:GetObject of the source, s3:PutObject and s3:AbortMultipartUpload there",
        _ => "s3:DeleteObject",
    };
}
