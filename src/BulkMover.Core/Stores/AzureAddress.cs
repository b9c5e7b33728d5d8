namespace BulkMover.Core.Stores;

/// <summary>
/// What tables and tools call an object in Azure's stores, as the one location that we have for it: <c>az</c> and <c>account/container/blob</c>,
/// the blob's name literal. These are the same: <c>abfss://container@account.dfs.core.windows.net/blob</c>, also with <c>abfs</c>, <c>wasbs</c>
/// and <c>wasb</c> (Hadoop's drivers; Spark, Snowflake), <c>https://account.blob.core.windows.net/container/blob</c>, and, where the
/// account is known otherwise, <c>az://container/blob</c> and <c>abfss://container/blob</c> (DuckDB, delta-rs, fsspec).
/// </summary>
/// <remarks>
/// The end of the host does not tell stores apart: an account's name is unique in a cloud, and in which cloud it is says the environment.
/// Of <c>az://a/b</c>, <c>a</c> is the account if it is the one that is known, or none is; else it is a container of the one that is known.
/// </remarks>
public static class AzureAddress
{
    public const string Scheme = "az";

    private const string Https = "https";

    private static readonly string[] Schemes = [Scheme, "abfss", "abfs", "wasbs", "wasb"];

    /// <summary>The location that an address means; null when it is not of Azure's stores.</summary>
    /// <param name="text">The address, not percent-encoded.</param>
    /// <param name="account">What is meant where no account is named; null when that is not known.</param>
    public static Location? TryParse(string text, string? account)
    {
        if (AuthorityOf(text) is not { End: > 0 } found)
            return null;
        string authority = text[found.Start..found.End], path = text[found.End..];
        // Behind the path of a URL there may be a signature, which must not get into messages.
        if (text.StartsWith(Https, StringComparison.OrdinalIgnoreCase))
            path = path.Split('?', 2)[0];
        int at = authority.IndexOf('@', StringComparison.Ordinal);
        string place = at >= 0 ? $"{FirstLabel(authority[(at + 1)..])}/{authority[..at]}"
            : authority.Contains('.', StringComparison.Ordinal) ? FirstLabel(authority)
            : account is null || authority == account ? authority
            : $"{account}/{authority}";
        return new Location(Scheme, $"{place}{path}".TrimEnd('/'));
    }

    /// <summary>The account that a location is in; null when it is in another store.</summary>
    public static string? AccountOf(Location location) => location.Scheme == Scheme ? location.Path.Split('/', 2)[0] : null;

    /// <summary>How long the beginning of an address is that names a host; 0 when it names none, or is not of Azure's stores.</summary>
    public static int HostLength(string text) =>
        AuthorityOf(text) is var (start, end) && text.AsSpan(start, end - start).ContainsAny('@', '.') ? end : 0;

    /// <summary>The container, where it stands before the host; else null.</summary>
    public static string? ContainerBeforeHost(string text) =>
        AuthorityOf(text) is var (start, end) && text.AsSpan(start, end - start).IndexOf('@') is > 0 and var length ? text.Substring(start, length) : null;

    /// <summary>Where it lies between the slashes; nowhere when the address is not of Azure's stores.</summary>
    private static (int Start, int End) AuthorityOf(string text)
    {
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon <= 0)
            return default;
        int start = colon + "://".Length, slash = text.IndexOf('/', start), end = slash < 0 ? text.Length : slash;
        ReadOnlySpan<char> scheme = text.AsSpan(0, colon);
        foreach (string own in Schemes)
        {
            if (scheme.Equals(own, StringComparison.OrdinalIgnoreCase))
                return (start, end);
        }

        return scheme.Equals(Https, StringComparison.OrdinalIgnoreCase) && IsService(text[start..end]) ? (start, end) : default;
    }

    /// <summary><c>account.blob.core.windows.net</c>, <c>account.z12.dfs.storage.azure.net</c> (Azure, "Storage account endpoints").</summary>
    private static bool IsService(string host) => host.Split('.') is [_, "blob" or "dfs", ..] or [_, _, "blob" or "dfs", ..];

    private static string FirstLabel(string host) => host.Split('.', 2)[0];
}
