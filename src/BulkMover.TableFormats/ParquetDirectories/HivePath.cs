using BulkMover.Core.Types;
using BulkMover.TableFormats.Partitions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>Partition values in directory names, <c>year=2024/city=S%C3%A3o</c>, as Hive and Spark write them.</summary>
internal static class HivePath
{
    private const string NullName = "__HIVE_DEFAULT_PARTITION__";

    /// <param name="path">Path of a file below the table's directory; the file's own name says nothing.</param>
    /// <returns>Column and value of each directory that has both, outermost first; a null value is null.</returns>
    public static IReadOnlyList<(string Column, string? Value)> Parse(string path)
    {
        var values = new List<(string, string?)>();
        foreach (string directory in path.Split('/')[..^1])
        {
            int equals = directory.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                continue;
            string value = directory[(equals + 1)..];
            values.Add((Uri.UnescapeDataString(directory[..equals]), value == NullName ? null : Uri.UnescapeDataString(value)));
        }

        return values;
    }

    /// <summary>The name of a directory. What is no letter, digit or one of <c>-_.</c> is percent-encoded: it could mean something in a path, a glob or an address.</summary>
    public static string Write(PartitionColumn column, Scalar value) =>
        $"{Uri.EscapeDataString(column.Name)}={(PartitionValue.Write(value) is { } text ? Escape(text) : NullName)}";

    /// <summary>A value that reads like the name for null would be read as that.</summary>
    private static string Escape(string text) => text == NullName ? "%5F" + text[1..] : Uri.EscapeDataString(text).Replace("~", "%7E", StringComparison.Ordinal);
}
