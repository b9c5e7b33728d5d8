using System.Security.Cryptography;
using System.Text;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Partitions;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>Partition values in directory names, <c>year=2024/city=S%C3%A3o</c>, as Hive and Spark write them.</summary>
internal static class HivePath
{
    private const string NullName = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>What file systems hold of a name.</summary>
    public const int MostBytes = 255;

    /// <summary>Of a name that is cut: enough for people to know it by, and little of the 1,024 bytes that stores allow a whole path.</summary>
    private const int CutBytes = 100;

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

    /// <summary>As below, of a table whose metadata tell the value: what is too long for a name is cut, and a hash of it takes the place of the rest.</summary>
    public static string WriteShort(PartitionColumn column, Scalar value)
    {
        string name = Write(column, value);
        if (name.Length <= MostBytes)
            return name;
        // No part of a character that is percent-encoded.
        int escape = name.IndexOf('%', CutBytes - 2, 2);
        return $"{name[..(escape < 0 ? CutBytes : escape)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}";
    }

    /// <summary>The name of a directory, in ASCII. What is no letter, digit or one of <c>-_.</c> is percent-encoded: it could mean something in a path, a glob or an address.</summary>
    public static string Write(PartitionColumn column, Scalar value) =>
        $"{Uri.EscapeDataString(column.Name)}={(PartitionValue.Write(value) is { } text ? Escape(text) : NullName)}";

    /// <summary>What reads like a name for null would be read as that: by DuckDB and ClickHouse also the word, in capitals or not.</summary>
    private static string Escape(string text) => text == NullName || text.Equals("null", StringComparison.OrdinalIgnoreCase) ? $"%{(int)text[0]:X2}{text[1..]}" : Uri.EscapeDataString(text).Replace("~", "%7E", StringComparison.Ordinal);
}
