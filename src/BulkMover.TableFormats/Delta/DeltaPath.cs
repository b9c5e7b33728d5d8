using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta;

/// <summary>Paths in the log: URIs, relative to the table or absolute, percent-encoded (PROTOCOL.md, "Add File and Remove File").</summary>
internal static class DeltaPath
{
    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <exception cref="CorruptTableException">The path is missing, empty, no path at all, or leads out of the table.</exception>
    public static Location Resolve(Location table, string? path)
    {
        string decoded = Uri.UnescapeDataString(path ?? "");
        if (decoded.Length == 0 || decoded.Contains('\0', StringComparison.Ordinal))
            throw Broken("which names no file");
        if (HasScheme(path!))
            return StoreAddress.Parse(decoded, table);
        if (decoded.StartsWith('/'))
            return table.IsFile ? Location.OnDisk(decoded) : table with { Path = Root(table) + decoded };
        // "A relative path to a data file from the root of the table": it stays below, and one file has one such path.
        return HasDots(decoded) ? throw Broken("which leads out of the table or goes around in it") : table.Combine(decoded);

        CorruptTableException Broken(string why) =>
            new("delta.action_broken", $"The log of '{table}' has a file action whose path is '{path}', {why}. Restore the log.");
    }

    /// <summary>The path of a file as the log has it.</summary>
    /// <param name="relative">Literal, below the table, <c>/</c> between segments.</param>
    public static string Write(string relative) =>
        // An equals sign means nothing in a path, and directories named by partition values are full of them.
        Uri.EscapeDataString(relative).Replace("%2F", "/", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal);

    private static bool HasDots(ReadOnlySpan<char> path)
    {
        // Rarely is there a point before a slash, so most paths are done here.
        if (!path.Contains("./", StringComparison.Ordinal) && !path.EndsWith("."))
            return false;
        foreach (Range segment in path.Split('/'))
        {
            if (path[segment] is "." or "..")
                return true;
        }

        return false;
    }

    // RFC 2396: letters, digits, "+", "-" and "." up to a colon before any slash.
    private static bool HasScheme(string path)
    {
        int colon = path.IndexOf(":/", StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(path[0]) && !path.AsSpan(0, colon).ContainsAnyExcept(SchemeCharacters);
    }

    // A path from the root stays in the table's bucket.
    private static string Root(Location table) => table.Path.Split('/')[0];
}
