using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Memory;

namespace BulkMover.Core.Batches;

/// <summary>Copies chosen rows of a batch.</summary>
public static class BatchSelection
{
    /// <summary>
    /// The rows with the given numbers, in that order. The caller disposes both batches, each once and in any order; the result does not
    /// need <paramref name="batch"/> to live. When all rows are asked for in their order, nothing is copied: the result shares the memory.
    /// So do dictionaries and the data of string and binary views.
    /// </summary>
    /// <param name="batch">Stays the caller's.</param>
    /// <param name="rows">Numbers of rows of <paramref name="batch"/>.</param>
    /// <param name="allocator">Where the result's memory comes from.</param>
    /// <exception cref="Errors.UnsupportedFeatureException">A column is a union, run-end encoded or a list view.</exception>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> rows, MemoryAllocator allocator)
    {
        if (IsEveryRow(rows, batch.Length))
            return BatchProjection.KeepAll(batch);

        var buffers = new TakenBuffers(allocator);
        int mostRuns = (rows.Length / ChosenRows.UsefulRun) + 1;
        ChosenRows.Run[] room = ArrayPool<ChosenRows.Run>.Shared.Rent(mostRuns);
        try
        {
            var chosen = new ChosenRows(rows, room.AsSpan(0, mostRuns));
            var taker = new ArrayTaker(buffers);
            var arrays = new IArrowArray[batch.ColumnCount];
            for (int i = 0; i < arrays.Length; i++)
                arrays[i] = ArrowArrayFactory.BuildArray(taker.Take(batch.Column(i).Data, chosen, shift: 0));
            return new RecordBatch(batch.Schema, arrays, rows.Length);
        }
        catch
        {
            buffers.Release();
            throw;
        }
        finally
        {
            ArrayPool<ChosenRows.Run>.Shared.Return(room);
        }
    }

    private static bool IsEveryRow(ReadOnlySpan<int> rows, int length)
    {
        if (rows.Length != length)
            return false;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] != i)
                return false;
        }

        return true;
    }
}
