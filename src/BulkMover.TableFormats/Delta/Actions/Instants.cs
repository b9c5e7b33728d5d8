namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>Times of the log, which are in milliseconds since 1970.</summary>
internal static class Instants
{
    private static readonly long Min = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), Max = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Null beyond the years 1 to 9999.</summary>
    public static DateTimeOffset? FromMilliseconds(long milliseconds) =>
        milliseconds >= Min && milliseconds <= Max ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
