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
    public async Task<JsonDocument> GetAsync(Uri uri, string? tableToken, CancellationToken cancellationToken)
    {
        string? token = tableToken ?? await tokens.CurrentAsync(cancellationToken);
        try
        {
            return await SendAsync(uri, token, cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == CatalogErrors.Unauthorized && (tokens.CanRenew || tableToken is not null))
        {
            // OpenAPI, 401 and 419: the client may request a new access token and retry the request.
            string? other = tableToken is null ? await tokens.InsteadOfAsync(token, cancellationToken) : await tokens.CurrentAsync(cancellationToken);
            return await SendAsync(uri, other, cancellationToken);
        }
    }

    private Task<JsonDocument> SendAsync(Uri uri, string? token, CancellationToken cancellationToken) => http.SendAsync(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Authorization = CatalogHttp.Bearer(uri, token);
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Add(DelegationHeader, Delegation);
            return request;
        },
        cancellationToken);
}
