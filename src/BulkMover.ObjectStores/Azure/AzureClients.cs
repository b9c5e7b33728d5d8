using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.Azure;

/// <summary>One client of the SDK for each account.</summary>
internal sealed partial class AzureClients(AzureAccess access)
{
    private readonly ConcurrentDictionary<string, AzureClient> clients = new(StringComparer.Ordinal);
    private readonly Lazy<TokenCredential> identity = new(() => access.Identity ?? new DefaultAzureCredential());

    /// <exception cref="InvalidInputException">The account's name or the key cannot be one.</exception>
    public AzureClient For(string account) => clients.GetOrAdd(account, Create);

    private AzureClient Create(string account)
    {
        bool isKnown = account == access.Account;
        if (isKnown && access.ConnectionString is { } text)
            return new AzureClient(account, new BlobServiceClient(text, Options()), AzureAccess.ConnectionStringVariable, ExpiryOf(text));
        // The name becomes a part of the host's: whatever is in it, the key goes nowhere else.
        if (!AccountName().IsMatch(account))
        {
            throw new InvalidInputException("store.path_invalid",
                $"'{account}' cannot be the name of a storage account, which has 3 to 24 small letters and digits. Write az://account/container/path, or set {AzureAccess.AccountVariable}.");
        }

        var endpoint = new Uri($"https://{account}.blob.core.windows.net");
        if (isKnown && access.Key is { } key)
            return new AzureClient(account, new BlobServiceClient(endpoint, KeyOf(account, key), Options()), AzureAccess.KeyVariable, Expires: null);
        if (isKnown && access.SasToken is { } sas)
            return new AzureClient(account, new BlobServiceClient(endpoint, new AzureSasCredential(sas), Options()), AzureAccess.SasTokenVariable, ExpiryOf(sas)) { SasToken = sas };
        return new AzureClient(account, new BlobServiceClient(endpoint, identity.Value, Options()), "the identity that Azure's SDK found", Expires: null) { Identity = identity.Value };
    }

    private static StorageSharedKeyCredential KeyOf(string account, string key)
    {
        try
        {
            return new StorageSharedKeyCredential(account, key);
        }
        catch (FormatException)
        {
            throw new InvalidInputException("store.key_invalid", $"{AzureAccess.KeyVariable} is not the key of a storage account, which is in Base64. Copy it again.");
        }
    }

    private static BlobClientOptions Options()
    {
        var options = new BlobClientOptions
        {
            // Else a/ /b would be read for a//b.
            TrimBlobNameSlashes = false,
            Transport = new BodyTransport(),
            // A request is repeated by AzureSender, which also says how long it may take.
            Retry = { MaxRetries = 0, NetworkTimeout = Timeout.InfiniteTimeSpan },
        };
        options.Diagnostics.IsDistributedTracingEnabled = options.Diagnostics.IsLoggingEnabled = false;
        return options;
    }

    /// <summary>Of a signature, alone or in a connection string (Azure, "Create a service SAS": <c>se</c>).</summary>
    private static DateTimeOffset? ExpiryOf(string text) =>
        Expiry().Match(text) is { Success: true } found
        && DateTimeOffset.TryParse(Uri.UnescapeDataString(found.Groups["time"].Value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    [GeneratedRegex("^[a-z0-9]{3,24}$", RegexOptions.CultureInvariant)]
    private static partial Regex AccountName();

    [GeneratedRegex("(^|[?&;=])se=(?<time>[^&;]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Expiry();
}
