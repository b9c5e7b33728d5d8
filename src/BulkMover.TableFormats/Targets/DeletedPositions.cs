using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Targets;

/// <summary>Which rows of a data file its deletes mark: what decoding would leave out.</summary>
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

    /// <summary>Positions of the rows that deletes mark by their values, and of those that they mark by position.</summary>
    /// <param name="deletes">With key columns.</param>
    /// <param name="keys">Those of all rows of the file, in its order; disposed here.</param>
    /// <returns>At most <see cref="PositionBytes"/> of memory.</returns>
    public static async Task<PositionSet> OfKeysAsync(IDeletedRows deletes, IAsyncEnumerable<RecordBatch> keys)
    {
        var positions = new PositionSet();
        bool[] marks = [];
        long first = 0;
        await foreach (RecordBatch batch in keys)
        {
            using (batch)
            {
                if (marks.Length < batch.Length)
                    marks = new bool[batch.Length];
                marks.AsSpan().Clear();
                deletes.Mark(batch, first, marks.AsSpan(0, batch.Length));
                for (int row = marks.AsSpan().IndexOf(true); row >= 0 && row < batch.Length; row++)
                {
                    if (marks[row])
                        positions.Add(first + row);
                }

                first += batch.Length;
            }
        }

        return positions;
    }

    /// <summary>Of a set of rows of a file: a bit for each, and as much again while a part of it grows.</summary>
    public static long PositionBytes(long fileRows) => fileRows / 4;
}
