namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The most bytes in any batch of a column, for batches of some number of rows, half of it, a quarter, and so on.</summary>
internal sealed class RowWindows
{
    private readonly long[] rows, room;
    private readonly double[] open, most;

    /// <param name="batchRows">The largest number.</param>
    public RowWindows(int batchRows)
    {
        rows = [.. Steps(batchRows)];
        room = [.. rows];
        (open, most) = (new double[rows.Length], new double[rows.Length]);
    }

    /// <summary>The numbers of rows, descending to 1.</summary>
    public static IEnumerable<long> Steps(int batchRows)
    {
        for (long rows = batchRows; rows > 0; rows /= 2)
            yield return rows;
    }

    /// <summary>Bytes of the largest batch.</summary>
    /// <param name="step">Number of the step.</param>
    public double Most(int step) => Math.Max(most[step], open[step]);

    /// <summary>The next row.</summary>
    public void Add(double bytes)
    {
        for (int step = 0; step < rows.Length; step++)
        {
            open[step] += bytes;
            if (--room[step] == 0)
                Close(step);
        }
    }

    /// <summary>The next rows, among which the bytes are spread evenly.</summary>
    public void Add(long count, double bytes)
    {
        double perRow = bytes / Math.Max(count, 1);
        for (int step = 0; step < rows.Length; step++)
        {
            long left = count;
            if (left >= room[step])
            {
                left -= room[step];
                open[step] += perRow * room[step];
                Close(step);
                if (left >= rows[step])
                    most[step] = Math.Max(most[step], perRow * rows[step]);
                left %= rows[step];
            }

            open[step] += perRow * left;
            room[step] -= left;
        }
    }

    private void Close(int step)
    {
        most[step] = Most(step);
        (open[step], room[step]) = (0, rows[step]);
    }
}
