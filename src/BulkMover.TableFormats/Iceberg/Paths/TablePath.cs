using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Paths;

/// <summary>
/// A path as metadata writes it, without the differences that mean nothing: <c>s3a</c> and <c>s3n</c> for <c>s3</c>, <c>file:</c> before a
/// path on disk, the many addresses of one object in Azure (<see cref="AzureAddress"/>), host and port of an HDFS name node, doubled and
/// trailing slashes, a leading <c>./</c>.
/// </summary>
/// <param name="Scheme">Empty for a path on disk, absolute or relative.</param>
/// <param name="Path">Segments with one slash between them; on disk with a leading one when absolute.</param>
internal readonly record struct TablePath(string Scheme, string Path)
{
    /// <param name="text">The path as it is written.</param>
    /// <param name="table">Where the table lies: what the path leaves out is as there.</param>
    public static TablePath Parse(string text, Location table)
    {
        if (AzureAddress.TryParse(text, AzureAddress.AccountOf(table)) is { } azure)
            return new TablePath(azure.Scheme, Normalize(azure.Path));
        int colon = text.IndexOf(":/", StringComparison.Ordinal);
        if (colon <= 0)
            return new TablePath("", Normalize(text));

        string scheme = text[..colon].ToLowerInvariant();
        string rest = text[(colon + 1)..];
        return scheme switch
        {
            "file" => new TablePath("", Normalize(rest)),
            _ when IsHdfs(scheme) => new TablePath(scheme, Normalize(WithoutAuthority(rest))),
            "s3a" or "s3n" => new TablePath("s3", Normalize(rest.TrimStart('/'))),
            _ => new TablePath(scheme, Normalize(rest.TrimStart('/'))),
        };
    }

    /// <summary>True for schemes that put a host before the path, which may be left out.</summary>
    public static bool IsHdfs(string scheme) =>
        scheme.Equals("hdfs", StringComparison.OrdinalIgnoreCase) || scheme.Equals("viewfs", StringComparison.OrdinalIgnoreCase);

    /// <summary>What comes after <paramref name="prefix"/>, when this lies below it; schemes must agree where both have one.</summary>
    public string? Below(TablePath prefix)
    {
        if (Scheme != prefix.Scheme && Scheme.Length > 0 && prefix.Scheme.Length > 0)
            return null;
        int length = prefix.Path.TrimEnd('/').Length;
        return length == 0 && prefix.Path.Length == 0 ? Path.TrimStart('/')
            : Path.Length > length + 1 && Path.StartsWith(prefix.Path, StringComparison.Ordinal) && Path[length] == '/' ? Path[(length + 1)..]
            : null;
    }

    private static string WithoutAuthority(string rest)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            return rest;
        int slash = rest.IndexOf('/', 2);
        return slash < 0 ? "/" : rest[slash..];
    }

    private static string Normalize(string path)
    {
        bool isAbsolute = path.StartsWith('/');
        IEnumerable<string> segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".");
        return (isAbsolute ? "/" : "") + string.Join('/', segments);
    }
}
