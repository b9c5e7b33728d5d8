using System.Text;

namespace BulkMover.Cli.Reports;

/// <summary>Columns of text, padded to the widest cell; the last column is not padded.</summary>
internal static class TextTable
{
    public static string Format(IReadOnlyList<string[]> rows, string indent)
    {
        if (rows.Count == 0)
            return string.Empty;

        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.Append(indent);
            for (int column = 0; column < row.Length - 1; column++)
                text.Append(row[column].PadRight(widths[column] + 2));
            text.Append(row[^1]).Append('\n');
        }

        return text.ToString();
    }
}
