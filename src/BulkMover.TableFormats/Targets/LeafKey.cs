using System.Globalization;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// What tells the leaf columns of data files apart, as readers of a table find them: in Iceberg files that were adopted may have other names for columns. In Delta they have the table's, and ids
/// may be given twice: to a column, and to what a list or map of a file from Iceberg holds.
/// </summary>
internal static class LeafKey
{
    /// <param name="path">Names in the file, from the top.</param>
    public static string Of(IEnumerable<string> path) => string.Join('\0', path);

    /// <param name="path">Names in the file, from the top.</param>
    /// <param name="id">The leaf's field id; null when it has none.</param>
    /// <param name="matching">How readers of the table find columns.</param>
    public static string Of(IEnumerable<string> path, int? id, ColumnMatching matching) =>
        // No name begins with the character between names.
        matching == ColumnMatching.FieldId && id is { } known ? string.Create(CultureInfo.InvariantCulture, $"\0{known}") : Of(path);
}
