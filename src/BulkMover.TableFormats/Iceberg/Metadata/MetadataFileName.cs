using System.Globalization;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>
/// The name of a metadata document: <c>v3.metadata.json</c> of file system tables, <c>00003-uuid.metadata.json</c> of catalogs (Iceberg
/// spec, "File System Tables", "Metastore Tables"), both also gzipped ("Naming for GZIP compressed Metadata JSON files").
/// </summary>
/// <param name="Version">The number in it; null when there is none.</param>
/// <param name="Stem">What stands before <c>.metadata.json</c>, the same for the plain and the gzipped document.</param>
internal sealed record MetadataFileName(long? Version, string Stem)
{
    /// <summary>What may follow the stem, in the order in which the reference implementation looks for it.</summary>
    public static readonly IReadOnlyList<string> Suffixes = [".metadata.json", ".gz.metadata.json", ".metadata.json.gz"];

    /// <summary>True for a version that a catalog wrote and which may never have been committed.</summary>
    public bool IsOfCatalog => !Stem.StartsWith('v');

    /// <summary>Null when the name is not that of a metadata document.</summary>
    public static MetadataFileName? Parse(string name)
    {
        string? suffix = Suffixes.Where(end => name.EndsWith(end, StringComparison.Ordinal)).MaxBy(end => end.Length);
        if (suffix is null || name.Length == suffix.Length || name[0] == '.')
            return null;
        string stem = name[..^suffix.Length];
        return new MetadataFileName(VersionOf(stem), stem);
    }

    private static long? VersionOf(string stem)
    {
        ReadOnlySpan<char> text = stem.AsSpan().TrimStart('v');
        int dash = text.IndexOf('-');
        return long.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : null;
    }
}
