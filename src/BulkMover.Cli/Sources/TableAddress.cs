using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;

namespace BulkMover.Cli.Sources;

/// <summary>
/// What FROM or TO says of a lake's table: its format and where the table lies. In Azure it says that in one of two ways, <c>az://account/container/path</c> and
/// <c>az://container/path</c>: the first segment is the account if it is the one that the environment names (AZURE_STORAGE_ACCOUNT, or
/// that of AZURE_STORAGE_CONNECTION_STRING), or the environment names none; else it is a container of the one that it names. So the long
/// form means the same everywhere but where another account is set, and the short one works where Azure's own command would know the account.
/// </summary>
/// <param name="Format"><c>parquet</c>, <c>delta</c> or <c>iceberg</c>.</param>
/// <param name="Location">Directory or prefix, file, glob (Parquet) or metadata.json (Iceberg); on local disk, in S3 or in Azure.</param>
public sealed record TableAddress(string Format, Location Location)
{
    private static readonly string[] Formats = ["parquet", "delta", "iceberg"];

    /// <exception cref="InvalidInputException">The text names no table.</exception>
    /// <exception cref="UnsupportedFeatureException">It names a store or catalog that is not read yet.</exception>
    public static TableAddress Parse(string text) => Parse(text, () => AzureAccess.FromEnvironment().Account);

    /// <param name="text">FROM.</param>
    /// <param name="account">The account in Azure that the environment names.</param>
    public static TableAddress Parse(string text, Func<string?> account)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? string.Empty : text[..colon].ToLowerInvariant();
        string format = scheme.Split('+')[0];
        if (!Formats.Contains(format, StringComparer.Ordinal))
            throw Unknown(text);

        string path = text[(colon + 1)..];
        if (scheme == $"{format}+s3")
            return new TableAddress(format, Location.Parse($"s3:{Remote(text, path, $"{format}+s3://bucket/key")}"));
        if (scheme == $"{format}+{AzureAddress.Scheme}")
            return new TableAddress(format, InAzure(text, format, path, account()));
        if (scheme != format)
        {
            throw new UnsupportedFeatureException("source.store_unsupported",
                $"'{scheme}:' is not read yet; tables on local disk, in S3 and in Azure are. Use {format}:PATH, {format}+s3://bucket/key or {format}+az://account/container/path; copy or mount the table where it is in none of them.");
        }

        if (path.Length == 0)
            throw new InvalidInputException("source.path_missing", $"'{text}' has no path. Write {format}:PATH, for example {format}:/data/orders.");
        if (path.Contains("://", StringComparison.Ordinal) && !path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw new InvalidInputException("source.address_invalid", $"'{text}' puts an address behind '{format}:'. Write {format}:PATH for a table on local disk.");
        return new TableAddress(format, Location.Parse(path));
    }

    public override string ToString() => Location.IsFile ? $"{Format}:{Location}" : $"{Format}+{Location}";

    private static Location InAzure(string text, string format, string path, string? account)
    {
        string example = $"{format}+az://account/container/path";
        Location location = AzureAddress.TryParse($"{AzureAddress.Scheme}:{Remote(text, path, example)}", account)!.Value;
        return location.Path.Contains('/', StringComparison.Ordinal)
            ? location
            : throw new InvalidInputException("source.address_invalid",
                $"'{text}' names an account and no container. Write {example}, or {format}+az://container/path with {AzureAccess.AccountVariable} set.");
    }

    /// <summary>What follows the scheme of an address in a store, when it names something there.</summary>
    private static string Remote(string text, string path, string example)
    {
        string first = path.StartsWith("//", StringComparison.Ordinal) ? path[2..].Split('/')[0] : "";
        // Before anything is quoted in a message: a secret must not get into logs.
        if (first.Contains('@', StringComparison.Ordinal) || path.Contains("sig=", StringComparison.Ordinal))
        {
            throw new InvalidInputException("source.secret_in_uri",
                "The address holds a user or a secret, which would stay in the shell's history and in logs. Leave it out; credentials come from where the store's own "
                + $"tools take them, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or {AzureAccess.ConnectionStringVariable}.");
        }

        return first.Length > 0 ? path : throw new InvalidInputException("source.address_invalid", $"'{text}' names no bucket or container. Write {example}.");
    }

    private static InvalidInputException Unknown(string text)
    {
        string format = text.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? "parquet" : "iceberg";
        return new InvalidInputException("source.format_unknown",
            $"'{text}' does not say which format the table has. Write parquet:PATH, delta:PATH or iceberg:PATH, with +s3 or +az before the colon in a store{(Meant(text) is { } rest ? $"; did you mean {format}{rest}?" : ".")}");
    }

    /// <summary>What follows the format where the text is an address otherwise; null when it is none that is read.</summary>
    private static string? Meant(string text)
    {
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        return colon < 0 ? $":{text}" : text[..colon].ToLowerInvariant() switch
        {
            "s3" or "s3a" or "s3n" => $"+s3{text[colon..]}",
            AzureAddress.Scheme => $"+{AzureAddress.Scheme}{text[colon..]}",
            Location.FileScheme => $":{text}",
            _ => null,
        };
    }
}
