namespace BulkMover.Databases.ClickHouse.Tables;

internal static class SqlText
{
    /// <summary>A string literal, whatever the text holds.</summary>
    public static string Quote(string text) =>
        $"'{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";
}
