using System.Globalization;

namespace BulkMover.Databases.ClickHouse.Tables;

internal static class SqlText
{
    /// <summary>A whole number, as an answer has it.</summary>
    public static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A string literal, whatever the text holds.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
}
