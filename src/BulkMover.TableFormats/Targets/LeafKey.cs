using System.Globalization;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Targets;

/// <summary>What tells the leaf columns of data files apart, as readers of a table find them: files that were adopted may have other names for columns that are found by id.</summary>
internal static class LeafKey
{
    /// <param name="path">Names in the file, from the top.</param>
    /// <param name="id">The leaf's field id; null when it has none.</param>
    /// <param name="matching">How readers of the table find columns.</param>
    public static string Of(IEnumerable<string> path, int? id, ColumnMatching matching) =>
        // No name begins with the character between names.
        matching != ColumnMatching.Name && id is { } known ? string.Create(CultureInfo.InvariantCulture, $"\0{known}") : string.Join('\0', path);
}
