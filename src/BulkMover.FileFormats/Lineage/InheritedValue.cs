using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Lineage;

/// <summary>What rows inherit from their data file where it holds no value of their own.</summary>
internal static class InheritedValue
{
    /// <summary>The value at a position, counted from the file's first row; null when rows inherit none.</summary>
    public static long? At(ScanTask task, RowMetadata kind, long position) => kind switch
    {
        RowMetadata.RowId => task.FirstRowId + position,
        _ => task.LastChange,
    };

    /// <summary>The values of neighbouring rows.</summary>
    public static ColumnStatistics Range(ScanTask task, RowMetadata kind, long firstPosition, long rows) =>
        At(task, kind, firstPosition) is { } first && At(task, kind, firstPosition + rows - 1) is { } last
            ? new ColumnStatistics(new Scalar(Int64Type.Default, first), new Scalar(Int64Type.Default, last), 0, rows)
            : new ColumnStatistics(null, null, rows, rows);
}
