using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.Cli.Sources;

/// <summary>What FROM says: a table format and where the table lies.</summary>
/// <param name="Format"><c>parquet</c>, <c>delta</c> or <c>iceberg</c>.</param>
/// <param name="Location">Directory or prefix, file, glob (Parquet) or metadata.json (Iceberg); on local disk or in S3.</param>
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
        if (scheme == $"{format}+s3")
            return new SourceAddress(format, InS3(text, format, path));
        if (scheme != format)
        {
            throw new UnsupportedFeatureException("source.store_unsupported",
                $"'{scheme}:' is not read yet; tables on local disk and in S3 are. Copy or mount the table and use {format}:PATH or {format}+s3://bucket/key.");
        }

        if (path.Length == 0)
            throw new InvalidInputException("source.path_missing", $"'{text}' has no path. Write {format}:PATH, for example {format}:/data/orders.");
        if (path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException("source.address_invalid", $"'{text}' puts an address behind '{format}:'. Write {format}:PATH for a table on local disk.");
        return new SourceAddress(format, Location.Parse(path));
    }

    public override string ToString() => Location.IsFile ? $"{Format}:{Location}" : $"{Format}+{Location}";

    private static Location InS3(string text, string format, string path)
    {
        string bucket = path.StartsWith("//", StringComparison.Ordinal) ? path[2..].Split('/')[0] : "";
        // Before anything is quoted in a message: a secret must not get into logs.
        if (bucket.Contains('@', StringComparison.Ordinal))
        {
            throw new InvalidInputException("source.secret_in_uri",
                "The address holds a user or a secret, which would stay in the shell's history and in logs. Leave it out; credentials come from where "
                + "Amazon's tools take them, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
        }

        return bucket.Length > 0
            ? Location.Parse($"s3:{path}")
            : throw new InvalidInputException("source.address_invalid", $"'{text}' names no bucket. Write {format}+s3://bucket/key.");
    }

    private static InvalidInputException Unknown(string text)
    {
        string format = text.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? "parquet" : "iceberg";
        return new InvalidInputException("source.format_unknown",
            $"'{text}' does not say which format the table has. Write parquet:PATH, delta:PATH or iceberg:PATH; did you mean {format}:{text}?");
    }
}
