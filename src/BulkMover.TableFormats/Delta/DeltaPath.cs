using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta;

/// <summary>Paths in the log: URIs, relative to the table or absolute, percent-encoded (PROTOCOL.md, "Add File and Remove File").</summary>
internal static class DeltaPath
{
    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <exception cref="CorruptTableException">The path is missing, empty or no path at all.</exception>
    public static Location Resolve(Location table, string? path)
    {
        string decoded = Uri.UnescapeDataString(path ?? "");
        if (decoded.Length == 0 || decoded.Contains('\0', StringComparison.Ordinal))
        {
            throw new CorruptTableException("delta.action_broken",
                $"The log of '{table}' has a file action whose path is '{path}', which names no file. Restore the log.");
        }

        if (HasScheme(path!))
            return Location.Parse(decoded);
        return decoded.StartsWith('/') ? table with { Path = Root(table) + decoded } : table.Combine(decoded);
    }

    // RFC 2396: letters, digits, "+", "-" and "." up to a colon before any slash.
    private static bool HasScheme(string path)
    {
        int colon = path.IndexOf(":/", StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(path[0]) && !path.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters);
    }

    // A path from the root stays in the table's bucket.
    private static string Root(Location table) => table.IsFile ? "" : table.Path.Split('/')[0];
}
