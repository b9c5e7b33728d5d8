using Apache.Arrow;
using BulkMover.Core.Filters;

namespace BulkMover.TableFormats.Delta.Statistics;

/// <summary>What a writer said about the rows of a file (PROTOCOL.md, "Per-file Statistics").</summary>
/// <param name="Rows">Rows of the data file; null when unknown.</param>
/// <param name="Columns">Of the columns that were asked for, those that it speaks of.</param>
internal sealed record FileStatistics(long? Rows, IReadOnlyDictionary<string, ColumnStatistics> Columns)
{
    public static FileStatistics Unknown { get; } = new(null, new Dictionary<string, ColumnStatistics>());

    public static FileStatistics OfRows(long? rows) => rows >= 0 ? Unknown with { Rows = rows } : Unknown;

    /// <param name="rows">numRecords.</param>
    /// <param name="tightBounds">False when rows were deleted since: then a null count tells only all and none.</param>
    /// <param name="columns">The columns that are asked for.</param>
    /// <param name="bounds">Minimum, maximum and null count of a column as they are written, null where missing.</param>
    public static FileStatistics Of(
        long? rows, bool tightBounds, IReadOnlyList<Field> columns, Func<Field, (Core.Types.Scalar? Min, Core.Types.Scalar? Max, long? Nulls)> bounds)
    {
        rows = rows >= 0 ? rows : null;
        var known = new Dictionary<string, ColumnStatistics>(StringComparer.Ordinal);
        foreach (Field column in columns)
        {
            (Core.Types.Scalar? min, Core.Types.Scalar? max, long? nulls) = bounds(column);
            bool says = nulls >= 0 && (tightBounds || nulls == 0 || nulls == rows);
            known[column.Name] = new ColumnStatistics(StatisticsBounds.Lower(min), StatisticsBounds.Upper(max), says ? nulls : null, rows);
        }

        return new FileStatistics(rows, known);
    }
}
