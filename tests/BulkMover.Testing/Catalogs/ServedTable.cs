using System.Text.Json.Serialization;

namespace BulkMover.Testing.Catalogs;

/// <summary>A table of a <see cref="CatalogServer"/>.</summary>
/// <param name="Namespace">Its levels.</param>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">The metadata document.</param>
/// <param name="MetadataLocation">Where the document lies; null when that is not told.</param>
public sealed record ServedTable(string[] Namespace, string Name, string Metadata, string? MetadataLocation)
{
    public Dictionary<string, string> Config { get; init; } = [];

    /// <summary>Asked for at each request for the table or its credentials; null when the answer shall have no such member.</summary>
    public Func<ServedCredential[]>? Credentials { get; init; }

    /// <summary>Other members of the answer, as JSON.</summary>
    public Dictionary<string, string> More { get; init; } = [];
}

/// <summary>OpenAPI, <c>StorageCredential</c>.</summary>
public sealed record ServedCredential([property: JsonPropertyName("prefix")] string Prefix, [property: JsonPropertyName("config")] Dictionary<string, string> Config);
