using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.Cli.Sources;

/// <summary>What FROM says: a table format and where the table lies.</summary>
/// <param name="Format"><c>parquet</c>, <c>delta</c> or <c>iceberg</c>.</param>
/// <param name="Location">Directory, file, glob (Parquet) or metadata.json (Iceberg).</param>
public sealed record SourceAddress(string Format, Location Location)
{
    private static readonly string[] Formats = ["parquet", "delta", "iceberg"];

    /// <exception cref="InvalidInputException">The text names no table.</exception>
    /// <exception cref="UnsupportedFeatureException">It names a store or catalog that is not read yet.</exception>
    public static SourceAddress Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? string.Empty : text[..colon].ToLowerInvariant();
        string format = scheme.Split('+')[0];
        if (!Formats.Contains(format, StringComparer.Ordinal))
            throw Unknown(text);

        string path = text[(colon + 1)..];
        if (scheme != format)
        {
            throw new UnsupportedFeatureException("source.store_unsupported",
                $"'{scheme}:' is not read yet; tables on local disk are. Copy or mount the table and use {format}:PATH.");
        }

        if (path.Length == 0)
            throw new InvalidInputException("source.path_missing", $"'{text}' has no path. Write {format}:PATH, for example {format}:/data/orders.");
        if (path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException("source.address_invalid", $"'{text}' puts an address behind '{format}:'. Write {format}:PATH for a table on local disk.");
        return new SourceAddress(format, Location.Parse(path));
    }

    public override string ToString() => $"{Format}:{Location}";

    private static InvalidInputException Unknown(string text)
    {
        string format = text.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? "parquet" : "iceberg";
        return new InvalidInputException("source.format_unknown",
            $"'{text}' does not say which format the table has. Write parquet:PATH, delta:PATH or iceberg:PATH; did you mean {format}:{text}?");
    }
}
