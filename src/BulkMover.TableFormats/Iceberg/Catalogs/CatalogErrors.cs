using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// Turns what a catalog or its token server answers other than success into an error with a code and a next step. Catalogs answer with an
/// <c>IcebergErrorResponse</c>, token servers with an <c>OAuthError</c> (OpenAPI), what stands in front of them with anything.
/// </summary>
internal static class CatalogErrors
{
    public const string Unauthorized = "catalog.authentication";
    public const string NotFound = "catalog.not_found";
    public const string Conflict = "catalog.conflict";
    public const string Refused = "catalog.refused";

    private const int ShownCharacters = 1000;
    private const int AuthenticationTimeout = 419;

    public static BulkMoverException Of(HttpResponseMessage answer, byte[] body, Uri uri)
    {
        int status = (int)answer.StatusCode;
        (string? type, string message) = Read(body);
        string text = $"{uri.GetLeftPart(UriPartial.Path)} answered {status} {answer.ReasonPhrase}{(message.Length == 0 ? "" : $": {message}")}.";
        TimeSpan? retryAfter = RetryAfter(answer.Headers.RetryAfter);
        return status switch
        {
            (>= 200 and < 300) or 304 => NotACatalog(uri, $"it answered {status} without the JSON that was asked for"),
            >= 300 and < 400 => new InvalidInputException("catalog.redirected",
                $"{uri} redirects to {answer.Headers.Location}. Redirects are not followed, because they could lead a token elsewhere: write that address."),
            401 or AuthenticationTimeout => NotKnown(text),
            // What RFC 6749, "Error Response", lets a token server answer instead of 401.
            400 when type is "invalid_client" or "unauthorized_client" or "invalid_grant" => NotKnown(text),
            400 when type is null && message.Length == 0 => NotACatalog(uri, "it answered 400"),
            400 => new InvalidInputException(Refused, $"{text} Check the address and its parameters, such as warehouse and scope."),
            403 => new EnvironmentException("catalog.access_denied", $"{text} Grant the right to the table and its data to whom the token or credential belongs."),
            404 when type is null => NotACatalog(uri, "it answered 404 without an Iceberg error"),
            404 => new InvalidInputException(NotFound, $"{text} Check the address and its parameters, such as warehouse."),
            406 or 501 => new UnsupportedFeatureException("catalog.unsupported", $"{text} The catalog does not do what reading a table needs."),
            409 => Transient(Conflict, $"{text} Somebody changes the table at this moment. Run the command again.", retryAfter),
            429 => Transient("catalog.throttled", $"{text} The catalog asks for fewer requests; try later.", retryAfter),
            503 => Transient("catalog.unavailable", $"{text} The catalog is not ready; try later.", retryAfter),
            >= 500 => Transient("catalog.failed", $"{text} Look into the catalog's log, or try later.", retryAfter),
            _ => new InvalidInputException(Refused, text),
        };
    }

    public static InvalidInputException NotACatalog(Uri uri, string why, Exception? inner = null) => new("catalog.not_a_catalog",
        $"{uri.GetLeftPart(UriPartial.Path)} is not an Iceberg REST catalog: {why}. The address is what comes before /v1/config.", inner);

    private static InvalidInputException NotKnown(string text) => new(Unauthorized,
        $"{text} Set {CatalogSecrets.TokenVariable} or {CatalogSecrets.CredentialVariable} (id:secret) to what the catalog knows, and check scope and oauth2-server-uri.");

    private static EnvironmentException Transient(string code, string message, TimeSpan? retryAfter) =>
        new(code, message) { IsTransient = true, RetryAfter = retryAfter };

    /// <returns>The type of an Iceberg or OAuth2 error, null when it is neither; and what it says.</returns>
    private static (string? Type, string Message) Read(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out JsonElement error))
            {
                return error.ValueKind == JsonValueKind.Object
                    ? (Member(error, "type") ?? "", Shorten(Join(Member(error, "type"), Member(error, "message"))))
                    : (error.ToString(), Shorten(Join(error.ToString(), Member(root, "error_description"))));
            }
        }
        catch (JsonException)
        {
            // Then it is text of whatever stands in front of the catalog.
        }

        return (null, Shorten(Encoding.UTF8.GetString(body)));
    }

    private static string? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static string Join(string? type, string? message) => string.Join(": ", new[] { type, message }.Where(part => !string.IsNullOrEmpty(part)));

    private static string Shorten(string text)
    {
        string trimmed = text.Trim().TrimEnd('.');
        return trimmed.Length <= ShownCharacters ? trimmed : $"{trimmed[..ShownCharacters]}…";
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
