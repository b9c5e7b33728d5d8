namespace BulkMover.Core.Stores;

/// <summary>
/// Where an object lies: a scheme and a path, both literal. Nothing is percent-decoded or normalised here, because
/// Iceberg writes raw paths and Delta encoded ones (each format decodes its own); <c>a%20b</c> is a name of five characters.
/// </summary>
/// <param name="Scheme">Lower case, without <c>:</c>: <c>file</c>, <c>s3</c>, <c>az</c>.</param>
/// <param name="Path">
/// For <c>file</c> the path on disk; for <c>s3</c> bucket and key, <c>bucket/a/b</c>; for <c>az</c> account, container and blob
/// (<see cref="AzureAddress"/>). No trailing slash unless it is the root.
/// </param>
public readonly record struct Location(string Scheme, string Path)
{
    public const string FileScheme = "file";

    public bool IsFile => Scheme == FileScheme;

    /// <summary>The last segment of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The location one level up; of a root, the root itself.</summary>
    public Location Parent
    {
        get
        {
            int slash = Path.LastIndexOf('/');
            return this with { Path = slash > 0 ? Path[..slash] : Path[..(slash + 1)] };
        }
    }

    /// <summary>Reads <c>/a/b</c>, <c>file:/a/b</c>, <c>file:///a/b</c> and <c>scheme://bucket/key</c>; a relative path is taken from the current directory.</summary>
    public static Location Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        bool hasScheme = colon > 0 && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')
            && colon + 1 < text.Length && text[colon + 1] == '/';
        if (!hasScheme)
            return OnDisk(text);

        string scheme = text[..colon].ToLowerInvariant();
        ReadOnlySpan<char> rest = text.AsSpan(colon + 1);
        if (scheme == FileScheme)
            return OnDisk(rest.StartsWith("//") ? rest[2..].ToString() : rest.ToString());
        return new Location(scheme, rest.TrimStart('/').TrimEnd('/').ToString());
    }

    /// <summary>A path on local disk, made absolute.</summary>
    public static Location OnDisk(string path) => new(FileScheme, TrimEnd(System.IO.Path.GetFullPath(path)));

    /// <summary>This location with <paramref name="relative"/> (literal, <c>/</c> between segments) below it.</summary>
    public Location Combine(ReadOnlySpan<char> relative) => this with { Path = string.Concat(Path, Path.EndsWith('/') ? "" : "/", relative) };

    /// <summary>True when this is <paramref name="root"/> or lies below it.</summary>
    public bool IsUnder(Location root) =>
        Scheme == root.Scheme && Path.StartsWith(root.Path, StringComparison.Ordinal)
        && (Path.Length == root.Path.Length || root.Path.EndsWith('/') || Path[root.Path.Length] == '/');

    /// <summary>How people name a table of files that lies here, such as <c>delta+s3://bucket/key</c>.</summary>
    /// <param name="format">Of the table.</param>
    public string AddressOf(string format) => $"{format}{(IsFile ? ':' : '+')}{this}";

    public override string ToString() => IsFile ? Path : $"{Scheme}://{Path}";

    private static string TrimEnd(string path) => path.Length > 1 ? path.TrimEnd('/') : path;
}
