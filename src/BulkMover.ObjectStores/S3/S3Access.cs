namespace BulkMover.ObjectStores.S3;

/// <summary>Where a store that speaks S3 is, and how it is asked.</summary>
public sealed record S3Access
{
    /// <summary>Of a store that is not Amazon's; null for Amazon's in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Null for what the SDK finds in its configuration; other stores than Amazon's hardly care.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// True puts the bucket into the path, false before the host name. Null is false for Amazon's, which is about to stop knowing the first,
    /// and true for others, which need a DNS entry for every bucket otherwise.
    /// </summary>
    public bool? PathStyle { get; init; }

    /// <summary>Null for the SDK's own chain: environment, profile, web identity, container, machine.</summary>
    public S3Keys? Keys { get; init; }

    /// <summary>The keys of the environment are those of a session, which ends.</summary>
    public bool IsSession { get; init; }

    /// <summary>Requests are not signed, for what everybody may read.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>How the store encrypts what is written; null for what the bucket does by itself.</summary>
    public S3Encryption? Encryption { get; init; }

    /// <summary>Who reads pays, as some buckets ask for (Amazon S3, "Requester Pays").</summary>
    public bool RequesterPays { get; init; }

    /// <summary>
    /// As Amazon's own tools take it from the environment; what is not set there the SDK looks for elsewhere. For two things they have options
    /// only: AWS_NO_SIGN_REQUEST and AWS_REQUEST_PAYER are what GDAL and others call them.
    /// </summary>
    /// <exception cref="Core.Errors.InvalidInputException">One of the variables is not understood.</exception>
    public static S3Access FromEnvironment() => From(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null);

    /// <param name="variable">Value of a variable by its name; null where it is empty or not set.</param>
    internal static S3Access From(Func<string, string?> variable) => new()
    {
        Endpoint = EndpointOf(variable, "AWS_ENDPOINT_URL_S3") ?? EndpointOf(variable, "AWS_ENDPOINT_URL"),
        Region = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION"),
        IsSession = variable("AWS_SESSION_TOKEN") is not null,
        IsAnonymous = variable("AWS_NO_SIGN_REQUEST") is { } unsigned && !unsigned.Equals("no", StringComparison.OrdinalIgnoreCase) && !unsigned.Equals("false", StringComparison.OrdinalIgnoreCase),
        Encryption = S3Encryption.From(variable),
        RequesterPays = variable("AWS_REQUEST_PAYER") is { } payer && (payer.Equals("requester", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw new Core.Errors.InvalidInputException("store.payer_invalid", $"AWS_REQUEST_PAYER is '{payer}', and only 'requester' can pay for requests. Set it to that, or leave it out where the bucket's owner pays.")),
    };

    private static Uri? EndpointOf(Func<string, string?> variable, string name) => variable(name) is { } url ? ParseEndpoint(url, name) : null;

    /// <exception cref="Core.Errors.InvalidInputException">It is not an address.</exception>
    public static Uri ParseEndpoint(string url, string setting) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "https" or "http"
            ? endpoint!
            : throw new Core.Errors.InvalidInputException("store.endpoint_invalid", $"'{url}' is not the https:// address of an object store. Correct {setting}.");
}
