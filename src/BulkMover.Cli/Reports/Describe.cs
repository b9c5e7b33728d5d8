using System.Globalization;
using Apache.Arrow;
using BulkMover.Cli.Arguments;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.Engine.Tuning;

namespace BulkMover.Cli.Reports;

/// <summary>Single things in words.</summary>
internal static class Describe
{
    public static string[] Column(Field field) => [field.Name, SourceType.Describe(field), field.IsNullable ? string.Empty : "required"];

    public static string[] Snapshot(SnapshotSummary snapshot) =>
    [
        snapshot.Id.ToString(CultureInfo.InvariantCulture),
        snapshot.CommittedAt is { } time ? Time(time) : string.Empty,
        snapshot.Operation ?? string.Empty,
        string.Join(", ", snapshot.Refs),
    ];

    public static string[] Feature(TableFeature feature) =>
        [feature.Name, feature.State.ToString().ToLowerInvariant(), feature.Specification, feature.Why ?? string.Empty];

    public static string[] Transfer(TransferRecord transfer) =>
    [
        transfer.Transfer.Value,
        transfer.IsComplete ? "complete" : transfer.HasArrived ? "arrived" : "unfinished",
        transfer.Mode.ToString().ToLowerInvariant(),
        Rows(transfer),
        Chunks(transfer.Chunks),
        Time(transfer.BegunAt),
        Time(transfer.LastAt),
        $"{transfer.Origin.Source}, snapshot {transfer.Origin.Snapshot}",
    ];

    /// <summary>What has arrived of what the source has, which is more than comes where a filter is at work.</summary>
    private static string Rows(TransferRecord transfer) => transfer is { IsComplete: false, HasArrived: false, SourceRows: > 0 and { } all }
        ? string.Create(CultureInfo.InvariantCulture, $"{transfer.Rows:N0} of at most {all:N0} rows ({100 * transfer.Rows / all} %)")
        : string.Create(CultureInfo.InvariantCulture, $"{transfer.Rows:N0} rows");

    /// <summary>With what a sample was taken, and what it did.</summary>
    public static string[] Sample(Sample sample, string what) =>
    [
        Number(sample.Readers),
        Number(sample.Writers),
        Number(sample.BlockRows),
        Number(sample.RowsPerSecond),
        ByteSize.Format(sample.BytesReadPerSecond),
        sample.CpuSecondsPerMillionRows.ToString("F2", CultureInfo.InvariantCulture),
        ByteSize.Format(sample.PeakBytes),
        sample.Problem ?? what,
    ];

    /// <summary>The same in a sentence's end.</summary>
    public static string Point(Sample sample) =>
        $"{Number(sample.Readers)} readers, {Number(sample.Writers)} writers, {Number(sample.BlockRows)} block rows, {sample.Problem ?? Number(sample.RowsPerSecond) + " rows/s"}";

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Side(ErrorSide side) => side switch
    {
        ErrorSide.Input => "your input",
        ErrorSide.Source => "source",
        ErrorSide.Target => "target",
        _ => "environment",
    };

    /// <summary>What a copy that failed leaves in the target.</summary>
    public static string Arrived(long chunks, long rows) =>
        string.Create(CultureInfo.InvariantCulture, $"{Chunks(chunks)}, {rows:N0} rows have arrived where readers do not see them");

    public static string ArrivedAndStay(long chunks, long rows) =>
        Arrived(chunks, rows) + "; the same command goes on with them when what failed is well again, and --restart throws them away.";

    private static string Chunks(long chunks) => chunks == 1 ? "1 chunk" : string.Create(CultureInfo.InvariantCulture, $"{chunks:N0} chunks");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>12.5 days</c>, <c>3.0 hours</c>; long times, of which nobody needs the minutes.</summary>
    public static string Days(TimeSpan time) => time.TotalDays < 1
        ? time.TotalHours.ToString("F1", CultureInfo.InvariantCulture) + " hours"
        : time.TotalDays.ToString("F1", CultureInfo.InvariantCulture) + " days";

    /// <summary><c>0.8 s</c>, <c>12 s</c>, <c>3:07 min</c>, <c>2:05:00 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 9.95 } => time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 59.5 } => time.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 1 } => time.ToString(@"m\:ss", CultureInfo.InvariantCulture) + " min",
        _ => ((int)time.TotalHours).ToString(CultureInfo.InvariantCulture) + time.ToString(@"\:mm\:ss", CultureInfo.InvariantCulture) + " h",
    };
}
