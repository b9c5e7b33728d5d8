namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>What a catalog calls a table (OpenAPI, <c>TableIdentifier</c>).</summary>
/// <param name="Namespace">One or more levels, outermost first.</param>
/// <param name="Name">The table.</param>
public sealed record CatalogTableName(IReadOnlyList<string> Namespace, string Name)
{
    /// <summary>The levels and the name with dots between them, percent-encoded, dots too: as an address has it.</summary>
    public override string ToString() => Encode([.. Namespace, Name]);

    /// <summary>Null when the text does not have the form <c>namespace.table</c>, or a part of it could not be sent.</summary>
    public static CatalogTableName? Parse(string encoded)
    {
        string[] parts = [.. encoded.Split('.').Select(Uri.UnescapeDataString)];
        // A path segment of only dots would be taken for a way up.
        return parts.Length > 1 && Array.TrueForAll(parts, part => part.Trim('.').Length > 0)
            ? new CatalogTableName(parts[..^1], parts[^1])
            : null;
    }

    public bool Equals(CatalogTableName? other) => other is not null && Name == other.Name && Namespace.SequenceEqual(other.Namespace, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Name, Namespace.Count);

    internal static string Encode(IEnumerable<string> parts) =>
        string.Join('.', parts.Select(part => Uri.EscapeDataString(part).Replace(".", "%2E", StringComparison.Ordinal)));
}
