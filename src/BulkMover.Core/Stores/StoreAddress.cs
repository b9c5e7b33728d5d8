namespace BulkMover.Core.Stores;

/// <summary>Absolute addresses as tables' metadata has them: one object has many, and one <see cref="Location"/>.</summary>
public static class StoreAddress
{
    /// <param name="text">The address, not percent-encoded.</param>
    /// <param name="table">Where the table lies: what its addresses leave out is as there.</param>
    public static Location Parse(string text, Location table) =>
        AzureAddress.TryParse(text, AzureAddress.AccountOf(table)) ?? Location.Parse(WithPlainScheme(text));

    /// <summary>The scheme by which a store knows what is written as <c>s3a</c> or <c>s3n</c>; else the text itself.</summary>
    public static string WithPlainScheme(string text) =>
        text.StartsWith("s3a://", StringComparison.Ordinal) || text.StartsWith("s3n://", StringComparison.Ordinal)
            ? string.Concat("s3", text.AsSpan(3))
            : text;
}
