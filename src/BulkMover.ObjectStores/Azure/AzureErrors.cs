using System.Net.Sockets;
using Azure;
using Azure.Identity;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;

namespace BulkMover.ObjectStores.Azure;

/// <summary>Turns what Azure, the SDK or the network say into an error with a code and a next step. The one place that does.</summary>
internal static class AzureErrors
{
    /// <summary>False for what is no failure of store or network: the caller's own cancellation, our own errors and bugs.</summary>
    public static bool IsOfStore(Exception error, CancellationToken cancellationToken) =>
        error is RequestFailedException or AuthenticationFailedException || NetworkErrors.IsOfNetwork(error, cancellationToken);

    public static BulkMoverException Of(Location location, StoreAct act, AzureClient client, Exception error)
    {
        if (error is AuthenticationFailedException refused)
            return OfIdentity(location, act, client, refused);
        if (error is RequestFailedException { Status: > 0 } answer)
            return OfAnswer(location, act, client, answer);
        if (error.GetBaseException() is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain })
        {
            return new EnvironmentException("store.account_unknown",
                $"There is no storage account '{client.Account}': no host has the name '{client.Endpoint.Host}'. Correct the account in the address, or {AzureAccess.AccountVariable}; if it is right, check the DNS.", error);
        }

        return NetworkErrors.Of("store", client.Endpoint, error);
    }

    private static EnvironmentException OfIdentity(Location location, StoreAct act, AzureClient client, AuthenticationFailedException error)
    {
        string said = $"There is no way to {act.Verb()} '{location}': {FirstLine(error)}";
        string instead = $"set {AzureAccess.ConnectionStringVariable}, or {AzureAccess.AccountVariable} to '{client.Account}' with {AzureAccess.KeyVariable} or {AzureAccess.SasTokenVariable}.";
        return error is CredentialUnavailableException
            ? new EnvironmentException("store.credentials_missing", $"{said} Sign in (az login), or give the machine an identity; or {instead}", error)
            : new EnvironmentException("store.credentials_refused", $"{said} Check {client.Credentials}; or {instead}", error)
            {
                IsTransient = error.GetBaseException() is HttpRequestException or IOException or SocketException,
            };
    }

    /// <summary>By the error code (Azure, "Blob Storage error codes" and "Common REST API error codes"), which also answers to HEAD have, else by the status.</summary>
    private static BulkMoverException OfAnswer(Location location, StoreAct act, AzureClient client, RequestFailedException answer)
    {
        string said = $"Azure refused to {act.Verb()} '{location}': {answer.Status} {answer.ErrorCode}: {FirstLine(answer)}";
        return answer.ErrorCode switch
        {
            "ContainerNotFound" or "ContainerBeingDeleted" or "ContainerDisabled" => new InvalidInputException("store.container_missing",
                $"{said} The first part behind az:// is taken for the account only if it is the one in {AzureAccess.AccountVariable} or {AzureAccess.ConnectionStringVariable}, or none is set. Correct the container's name.", answer),
            "InvalidResourceName" or "InvalidUri" => new InvalidInputException("store.path_invalid", $"{said} Correct the names of container and path.", answer),
            "BlobNotFound" or "ResourceNotFound" => StoreErrors.ObjectMissing(location, answer),
            "AccountIsDisabled" => new EnvironmentException("store.access_denied", $"{said} Have the account enabled.", answer),
            // Of a firewall as well as of a key that is wrong, as some stores that speak like Azure have it.
            "AuthorizationFailure" when !IsExpired(client) => new EnvironmentException("store.access_denied",
                $"{said} Check that {client.Credentials} is right and has the right to {RightsTo(act)}, and let the account's firewall pass this machine.", answer),
            "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation" => OfCredentials(said, client, answer),
            "KeyBasedAuthenticationNotPermitted" => new EnvironmentException("store.access_denied",
                $"{said} The account takes no keys: leave out {client.Credentials} and sign in (az login), or give the machine an identity.", answer),
            "BlobArchived" or "BlobBeingRehydrated" => new EnvironmentException("store.object_archived", $"{said} Rehydrate the blob first.", answer),
            "InvalidRange" => Truncated(said, answer),
            "ConditionNotMet" or "TargetConditionNotMet" => StoreErrors.Changed(location),
            "ServerBusy" => StoreErrors.Throttled(said, answer, RetryAfter(answer)),
            "Md5Mismatch" or "InvalidMd5" or "IncompleteBody" => StoreErrors.Damaged(said, answer),
            "InvalidBlockList" or "InvalidBlobOrBlock" or "InvalidBlockId" => new EnvironmentException(StoreErrors.UploadGone,
                $"{said} Somebody else writes the same blob at the same time. Run the command again when nobody does.", answer),
            "LeaseIdMissing" or "LeaseAlreadyPresent" => new EnvironmentException("store.object_leased", $"{said} Somebody has a lease of the blob: wait for its end, or break it.", answer),
            "BlobImmutableDueToPolicy" => new EnvironmentException("store.access_denied", $"{said} Write elsewhere, or have the container's policy changed.", answer),
            // The rest of the request was all right: it is the way of showing the source that this store does not take.
            "CannotVerifyCopySource" or "NotImplemented" or "UnsupportedHeader" => StoreErrors.NotKnown(said, answer),
            _ => OfStatus(location, act, client, answer, said),
        };
    }

    private static BulkMoverException OfStatus(Location location, StoreAct act, AzureClient client, RequestFailedException answer, string said) => answer.Status switch
    {
        404 => StoreErrors.ObjectMissing(location, answer),
        401 => OfCredentials(said, client, answer),
        403 when IsExpired(client) => OfCredentials(said, client, answer),
        403 => new EnvironmentException("store.access_denied",
            $"{said} Give {client.Credentials} the right to {RightsTo(act)}, and let the account's firewall pass this machine.", answer),
        412 => StoreErrors.Changed(location),
        416 => Truncated(said, answer),
        429 or 503 => StoreErrors.Throttled(said, answer, RetryAfter(answer)),
        408 or >= 500 => Transient("store.failed", $"{said} Try later.", answer),
        _ => new EnvironmentException("store.refused", $"{said} Check the address and the account's settings.", answer),
    };

    /// <summary>An expired signature is refused like a wrong one; but when it ends is written in it.</summary>
    private static EnvironmentException OfCredentials(string said, AzureClient client, Exception answer) => IsExpired(client)
        ? new EnvironmentException("store.credentials_expired", $"{said} The signature in {client.Credentials} has ended at {client.Expires:u}. Get a new one, then run the command again.", answer)
        : new EnvironmentException("store.credentials_refused", $"{said} Check {client.Credentials}, and this machine's clock.", answer);

    private static bool IsExpired(AzureClient client) => client.Expires <= DateTimeOffset.UtcNow;

    private static CorruptTableException Truncated(string said, Exception answer) =>
        new(StoreErrors.Truncated, $"{said} The file was cut, or what refers to it is wrong.", answer);

    private static EnvironmentException Transient(string code, string message, RequestFailedException answer) =>
        new(code, message, answer) { IsTransient = true, RetryAfter = RetryAfter(answer) };

    private static TimeSpan? RetryAfter(RequestFailedException answer) => answer.GetRawResponse()?.Headers.TryGetValue("Retry-After", out string? text) == true
        && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The SDK has all headers of the answer in its messages.</summary>
    private static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd('\r', ' ', '.') + ".";

    private static string RightsTo(StoreAct act) => act switch
    {
        StoreAct.Read => "read and list ('Storage Blob Data Reader'; of a signature 'rl')",
        StoreAct.Write => "create and write ('Storage Blob Data Contributor'; of a signature 'cw')",
        StoreAct.Copy => "read, create and write ('Storage Blob Data Contributor'; of a signature 'rcw')",
        _ => "delete ('Storage Blob Data Contributor'; of a signature 'd')",
    };
}
