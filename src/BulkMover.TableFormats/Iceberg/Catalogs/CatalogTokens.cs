using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// The bearer token of a catalog: the one that was given, or one for the client credentials (RFC 6749, "Client Credentials Grant"; OpenAPI,
/// <c>OAuthClientCredentialsRequest</c>), fetched when it is first needed and again before it expires. Safe for concurrent use.
/// </summary>
internal sealed class CatalogTokens
{
    /// <summary>A token that expires while a request is under way is refused; this is longer than a request takes.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal) { [CatalogProperty.Scope] = "catalog" };
    private readonly CatalogHttp http;
    private readonly TimeProvider time;
    private readonly Uri catalog;
    private readonly Renewable<Held> held;
    private Uri server;
    private (string? Id, string Secret)? credential;

    public CatalogTokens(Uri catalog, CatalogSecrets secrets, CatalogHttp http, TimeProvider time)
    {
        (this.catalog, this.http, this.time) = (catalog, http, time);
        server = CatalogRoutes.Tokens(catalog);
        credential = Split(secrets.Credential);
        held = new Renewable<Held>(new Held(secrets.Token, DateTimeOffset.MaxValue), FetchAsync);
    }

    /// <summary>True when a refused token can be replaced.</summary>
    public bool CanRenew => credential is not null;

    /// <summary>Takes over what client and catalog have agreed on.</summary>
    public void Configure(IReadOnlyDictionary<string, string> properties)
    {
        if (properties.GetValueOrDefault(CatalogProperty.OAuthServer) is { Length: > 0 } uri)
            server = Uri.TryCreate(catalog, uri, out Uri? absolute) ? absolute : throw Invalid(uri);
        foreach (string name in new[] { CatalogProperty.Scope, CatalogProperty.Audience, CatalogProperty.Resource })
        {
            if (properties.GetValueOrDefault(name) is { Length: > 0 } value)
                parameters[name] = value;
        }

        credential = Split(properties.GetValueOrDefault(CatalogProperty.Credential)) ?? credential;
        if (properties.GetValueOrDefault(CatalogProperty.Token) is { Length: > 0 } given)
            held.Value = new Held(given, DateTimeOffset.MaxValue);
    }

    /// <summary>The token for the next request; null for a catalog that asks for none.</summary>
    public async ValueTask<string?> CurrentAsync(CancellationToken cancellationToken)
    {
        Held current = held.Value;
        bool isGood = !CanRenew || (current.Token is not null && time.GetUtcNow() < current.RenewAt);
        return (isGood ? current : await held.ReplaceAsync(current, cancellationToken)).Token;
    }

    /// <summary>A token instead of one that the catalog refused.</summary>
    public async Task<string?> InsteadOfAsync(string? refused, CancellationToken cancellationToken)
    {
        Held current = held.Value;
        return current.Token == refused ? (await held.ReplaceAsync(current, cancellationToken)).Token : current.Token;
    }

    private async Task<Held> FetchAsync(CancellationToken cancellationToken)
    {
        CatalogHttp.RefusePlain(server);
        using JsonDocument answer = await http.SendAsync(NewRequest, cancellationToken);
        var json = new CatalogJson(answer.RootElement, server.AbsoluteUri);
        return new Held(json.Required("access_token").Text(), json.Optional("expires_in") is { } seconds ? RenewAt(seconds) : DateTimeOffset.MaxValue);
    }

    private DateTimeOffset RenewAt(CatalogJson seconds)
    {
        double life = seconds.Element.ValueKind == JsonValueKind.Number && seconds.Element.TryGetDouble(out double number) && number is >= 0 and < 1e9
            ? number
            : throw seconds.Invalid("'expires_in' must be a number of seconds");
        // Of a very short life, three quarters are used.
        return time.GetUtcNow() + TimeSpan.FromSeconds(life) - TimeSpan.FromSeconds(Math.Min(Margin.TotalSeconds, life / 4));
    }

    private HttpRequestMessage NewRequest()
    {
        var form = new Dictionary<string, string>(parameters, StringComparer.Ordinal) { ["grant_type"] = "client_credentials", ["client_secret"] = credential!.Value.Secret };
        if (credential.Value.Id is { } id)
            form["client_id"] = id;
        return new HttpRequestMessage(HttpMethod.Post, server) { Content = new FormUrlEncodedContent(form) };
    }

    /// <summary><c>id:secret</c>, the secret may have colons; or only a secret.</summary>
    private static (string? Id, string Secret)? Split(string? credential)
    {
        if (string.IsNullOrEmpty(credential))
            return null;
        int colon = credential.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (null, credential) : (credential[..colon], credential[(colon + 1)..]);
    }

    private static InvalidInputException Invalid(string uri) =>
        new("catalog.address", $"'{uri}' is not the address of an OAuth2 server. Correct {CatalogProperty.OAuthServer}.");

    private sealed record Held(string? Token, DateTimeOffset RenewAt);
}
