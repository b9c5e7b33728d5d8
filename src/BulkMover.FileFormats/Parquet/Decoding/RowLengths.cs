using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>How many values the rows of a leaf inside of lists have, by its repetition levels alone.</summary>
internal static class RowLengths
{
    /// <summary>Rows that together begin and end within so many levels are not told apart: a batch is much larger.</summary>
    private const int AtOnce = 1024;

    /// <summary>Adds the rows of a chunk.</summary>
    /// <param name="pages">The chunk, at its beginning.</param>
    /// <param name="maxRepetition">Repetition level at most.</param>
    /// <param name="valueBytes">Bytes of a value.</param>
    /// <param name="rows">What they are added to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidDataException">The pages break the format.</exception>
    public static void Measure(ChunkPages pages, int maxRepetition, double valueBytes, RowWindows rows, CancellationToken cancellationToken)
    {
        var reader = new HybridReader();
        Span<byte> levels = stackalloc byte[AtOnce];
        // Of the row that may go on, -1 before the first one.
        long open = -1;
        for (long left = pages.Values; left > 0; left -= pages.Header.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pages.MoveNext();
            reader.Begin(pages.Repetitions, Bits.WidthOf(maxRepetition));
            for (long inPage = pages.Header.Values; inPage > 0; inPage -= AtOnce)
            {
                Span<byte> some = levels[..(int)Math.Min(inPage, AtOnce)];
                reader.Read(some);
                open = Add(some, open, valueBytes, rows);
            }
        }

        if (open >= 0)
            rows.Add(open * valueBytes);
    }

    /// <param name="levels">Repetition levels of values that follow one another.</param>
    /// <param name="open">Values of the row before, which may go on with them; -1 without one.</param>
    /// <param name="valueBytes">Bytes of a value.</param>
    /// <param name="rows">What is added to.</param>
    /// <returns>Values of the last row, which may go on behind them.</returns>
    private static long Add(ReadOnlySpan<byte> levels, long open, double valueBytes, RowWindows rows)
    {
        int first = levels.IndexOf((byte)0), last = levels.LastIndexOf((byte)0);
        // What goes on with a row that has not begun, decoding will refuse.
        if (first < 0)
            return Math.Max(open, 0) + levels.Length;
        if (open >= 0)
            rows.Add((open + first) * valueBytes);
        if (last > first)
            rows.Add(levels[first..last].Count((byte)0), (last - first) * valueBytes);
        return levels.Length - last;
    }
}
