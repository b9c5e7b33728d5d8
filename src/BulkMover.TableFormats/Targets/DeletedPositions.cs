using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Targets;

/// <summary>Which rows of a data file its deletes mark that tell rows by position: what decoding would leave out.</summary>
internal static class DeletedPositions
{
    /// <summary>Rows that are looked at together: those of a chunk of <see cref="PositionSet"/>.</summary>
    private const int RowsAtOnce = 1 << 16;

    private static readonly Schema NoColumns = new([], null);

    /// <param name="deletes">Without key columns (<see cref="IRowDeletes.KeyColumns"/>).</param>
    /// <param name="fileRows">Rows of the file.</param>
    /// <returns>Ascending, counted anew at each enumeration: there may be as many as rows.</returns>
    public static IEnumerable<long> Of(IDeletedRows deletes, long fileRows)
    {
        bool[] marks = new bool[RowsAtOnce];
        for (long first = 0; first < fileRows; first += RowsAtOnce)
        {
            int rows = (int)Math.Min(RowsAtOnce, fileRows - first);
            marks.AsSpan().Clear();
            using (var keys = new RecordBatch(NoColumns, [], rows))
                deletes.Mark(keys, first, marks.AsSpan(0, rows));
            for (int row = marks.AsSpan(0, rows).IndexOf(true); row >= 0 && row < rows; row++)
            {
                if (marks[row])
                    yield return first + row;
            }
        }
    }
}
