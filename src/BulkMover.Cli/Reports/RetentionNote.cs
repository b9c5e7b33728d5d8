using BulkMover.Cli.Arguments;
using BulkMover.Core.Tables;

namespace BulkMover.Cli.Reports;

/// <summary>Warns of a copy that may take longer than the table keeps the files of the snapshot.</summary>
public static class RetentionNote
{
    /// <summary>
    /// Bytes of data files that a copy moves in a second: what two busy cores do (perf/results/parquet-to-clickhouse.md: 40 to 77 million, all
    /// columns read). More cores do more, but a warning too many costs a look and one too few the copy.
    /// </summary>
    private const long BytesPerSecond = 50_000_000;

    /// <returns>Null when there is time enough, or nothing is ever deleted.</returns>
    public static string? Of(ITableSnapshot snapshot, long bytes, DateTimeOffset now)
    {
        var estimate = TimeSpan.FromSeconds((double)bytes / BytesPerSecond);
        if ((snapshot as IExpiringSnapshot)?.Retention is not { } retention || estimate <= retention.LeftAt(now))
            return null;
        string left = retention.Since is null ? $"for {Describe.Days(retention.Length)} once a newer one has replaced it" : $"for {Describe.Days(retention.LeftAt(now))} more";
        return $"The copy takes some {Describe.Days(estimate)} at {ByteSize.Format(BytesPerSecond)}/s, but the table may keep the files of snapshot {snapshot.Id} only {left} " +
            $"({retention.Property}). Raise that property until the copy is complete, or have nothing vacuumed or expired meanwhile.";
    }
}
