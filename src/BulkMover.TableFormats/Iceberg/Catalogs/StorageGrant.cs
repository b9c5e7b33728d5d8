using System.Globalization;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>What a catalog grants for the files below a prefix: where the store is and by which credentials it is read.</summary>
/// <param name="Prefix">How the locations begin that it is for; empty for all.</param>
/// <param name="Properties">By the names of <see cref="CatalogProperty"/>.</param>
public sealed record StorageGrant(string Prefix, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>When the credentials end; null when the catalog does not say.</summary>
    public DateTimeOffset? Expires { get; } = ReadExpiry(Properties);

    /// <summary>Does not print credentials.</summary>
    public override string ToString() => $"{nameof(StorageGrant)} for '{Prefix}'";

    /// <summary>Properties over which others are laid. Credentials are replaced as a whole, never in part.</summary>
    internal static Dictionary<string, string> Lay(IReadOnlyDictionary<string, string> below, IReadOnlyDictionary<string, string> above)
    {
        var properties = new Dictionary<string, string>(below, StringComparer.Ordinal);
        if (above.ContainsKey(CatalogProperty.S3AccessKey))
        {
            foreach (string name in CatalogProperty.S3Credentials)
                properties.Remove(name);
        }

        foreach ((string name, string value) in above)
            properties[name] = value;
        return properties;
    }

    private static DateTimeOffset? ReadExpiry(IReadOnlyDictionary<string, string> properties)
    {
        if (!properties.TryGetValue(CatalogProperty.S3SessionExpiry, out string? text))
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new CorruptTableException("catalog.answer_invalid",
                $"The catalog's '{CatalogProperty.S3SessionExpiry}' is '{text}'; it must be milliseconds since 1970. Tell whoever runs the catalog.");
    }
}
