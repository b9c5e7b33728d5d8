using System.Text;
using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>Asks a catalog as somebody whom it knows.</summary>
internal sealed class CatalogSession(CatalogHttp http, CatalogTokens tokens)
{
    /// <summary>OpenAPI, <c>data-access</c>: with what is vended we can read files; we cannot have requests signed by the catalog.</summary>
    private const string DelegationHeader = "X-Iceberg-Access-Delegation";
    private const string Delegation = "vended-credentials";

    /// <param name="uri">The endpoint.</param>
    /// <param name="tableToken">A token for the table, which goes before the catalog's; null when there is none.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The answer, which the caller disposes.</returns>
    public Task<JsonDocument> GetAsync(Uri uri, string? tableToken, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, uri, body: null, tableToken, cancellationToken);

    /// <summary>Sends JSON; as <see cref="GetAsync"/>.</summary>
    public Task<JsonDocument> PostAsync(Uri uri, string body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, uri, body, tableToken: null, cancellationToken);

    private async Task<JsonDocument> SendAsync(HttpMethod method, Uri uri, string? body, string? tableToken, CancellationToken cancellationToken)
    {
        string? token = tableToken ?? await tokens.CurrentAsync(cancellationToken);
        try
        {
            return await SendAsAsync(method, uri, body, token, cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.Unauthorized && (tokens.CanRenew || tableToken is not null))
        {
            // OpenAPI, 401 and 419: the client may request a new access token and retry the request.
            string? other = tableToken is null ? await tokens.InsteadOfAsync(token, cancellationToken) : await tokens.CurrentAsync(cancellationToken);
            return await SendAsAsync(method, uri, body, other, cancellationToken);
        }
    }

    private Task<JsonDocument> SendAsAsync(HttpMethod method, Uri uri, string? body, string? token, CancellationToken cancellationToken) => http.SendAsync(
        () =>
        {
            var request = new HttpRequestMessage(method, uri);
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.Authorization = CatalogHttp.Bearer(uri, token);
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Add(DelegationHeader, Delegation);
            return request;
        },
        cancellationToken);
}
