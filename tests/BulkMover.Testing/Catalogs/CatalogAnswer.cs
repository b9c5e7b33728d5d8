using System.Text.Json;

namespace BulkMover.Testing.Catalogs;

/// <summary>What a <see cref="CatalogServer"/> answers.</summary>
public sealed record CatalogAnswer(int Status, string Body, string ContentType)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static CatalogAnswer Json(string body) => new(200, body, "application/json");

    /// <summary>OpenAPI, <c>IcebergErrorResponse</c>.</summary>
    public static CatalogAnswer Error(int status, string type, string message) =>
        Json($$$"""{"error":{"message":{{{JsonSerializer.Serialize(message)}}},"type":"{{{type}}}","code":{{{status}}}}}""") with { Status = status };
}
