using System.Globalization;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta;

/// <summary>
/// How long a version stays readable after another one has replaced it: VACUUM deletes data files that were removed longer ago than one
/// property says, and the writer of a log checkpoint deletes log entries that are older than another (Delta Lake's "Table properties").
/// </summary>
internal static class DeltaRetention
{
    private const string Files = "delta.deletedFileRetentionDuration";
    private const string Log = "delta.logRetentionDuration";

    /// <param name="metadata">Of the version.</param>
    /// <param name="replacedAt">When the next version was committed; null for the latest.</param>
    public static SnapshotRetention Of(TableMetadata metadata, DateTimeOffset? replacedAt)
    {
        TimeSpan files = OfFiles(metadata);
        TimeSpan log = LengthOf(metadata, Log) ?? TimeSpan.FromDays(30);
        return files <= log ? new SnapshotRetention(Files, files, replacedAt) : new SnapshotRetention(Log, log, replacedAt);
    }

    /// <summary>How long a file that was removed stays, so that readers of older versions find it.</summary>
    public static TimeSpan OfFiles(TableMetadata metadata) => LengthOf(metadata, Files) ?? TimeSpan.FromDays(7);

    private static TimeSpan? LengthOf(TableMetadata metadata, string property) =>
        metadata.Configuration?.GetValueOrDefault(property) is { } text ? Parse(text) : null;

    /// <summary><c>interval 1 week</c>, <c>interval 7 days 12 hours</c>: Spark's text of an interval. Months have no length and are not allowed.</summary>
    /// <returns>Null when it is none, for then its writers use the default.</returns>
    internal static TimeSpan? Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ReadOnlySpan<string> parts = words is [var first, ..] && first.Equals("interval", StringComparison.OrdinalIgnoreCase) ? words.AsSpan(1) : words;
        if (parts.IsEmpty || parts.Length % 2 != 0)
            return null;

        double seconds = 0;
        for (; !parts.IsEmpty; parts = parts[2..])
        {
            if (!long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long count) || SecondsOf(parts[1]) is not { } unit)
                return null;
            seconds += count * unit;
        }

        return seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static double? SecondsOf(string unit) => unit.ToLowerInvariant().TrimEnd('s') switch
    {
        "week" => 7 * 86_400,
        "day" => 86_400,
        "hour" => 3600,
        "minute" => 60,
        "second" => 1,
        "millisecond" => 1e-3,
        "microsecond" => 1e-6,
        _ => null,
    };
}
