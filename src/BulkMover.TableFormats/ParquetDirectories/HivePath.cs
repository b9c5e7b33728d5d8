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
}
