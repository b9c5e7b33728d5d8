using BulkMover.Cli.Arguments;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Reports;

internal static class ProgressText
{
    /// <summary><c>1,234,567 rows, 45 %, 120 MB/s, 35 s left</c>.</summary>
    public static string Of(TransferProgress progress)
    {
        string left = progress.TimeLeft is { } time ? $", {Describe.Duration(time)} left" : string.Empty;
        string again = progress.Retries == 0 ? string.Empty : $", begun again {progress.Retries:N0} times";
        return $"{progress.SkippedRows + progress.RowsSent:N0} rows, {Share(progress) * 100:F0} %, {ByteSize.Format(progress.BytesReadPerSecond)}/s{left}{again}";
    }

    /// <summary>The part of the planned bytes that is done, 0 to 1.</summary>
    public static double Share(TransferProgress progress) =>
        progress.Planned is { Bytes: > 0 } planned ? Math.Min(1, (double)progress.PlannedBytesDone / planned.Bytes) : 0;
}
