using System.Buffers;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Scans;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Deletes;

/// <summary>Leaves the deleted rows of a row group out, and the columns that were read only to tell them.</summary>
/// <param name="all">Rows of the file in its order, with the wanted columns and then the key columns; disposed with this.</param>
/// <param name="places">Which rows these are, ascending.</param>
/// <param name="deleted">The file's deleted rows.</param>
/// <param name="wanted">How many columns <see cref="Scan.ReadSchema"/> has.</param>
/// <param name="pool">Where the rows that stay are copied to.</param>
internal sealed class DeletingScan(IRowGroupScan all, IReadOnlyList<PositionRange> places, IDeletedRows deleted, int wanted, SlabPool pool) : IRowGroupScan
{
    private SlabAllocator? slabs;
    private int place;
    private long takenOfPlace;

    public string Name => all.Name;

    public long Rows => all.Rows;

    public long DeletedRows { get; private set; }

    public long HeldBytes => all.HeldBytes;

    public long FetchBytes => all.FetchBytes;

    /// <summary>The rows that stay are copied once.</summary>
    public long DecodeBytes => 2 * all.DecodeBytes;

    public Task FetchAsync(CancellationToken cancellationToken) => all.FetchAsync(cancellationToken);

    public void Measure(CancellationToken cancellationToken) => all.Measure(cancellationToken);

    public RecordBatch? ReadNext(CancellationToken cancellationToken)
    {
        using RecordBatch? batch = all.ReadNext(cancellationToken);
        if (batch is null)
            return null;

        bool[] marks = ArrayPool<bool>.Shared.Rent(batch.Length);
        int[] kept = ArrayPool<int>.Shared.Rent(batch.Length);
        try
        {
            Span<bool> gone = marks.AsSpan(0, batch.Length);
            gone.Clear();
            Mark(batch, gone);
            int count = 0;
            for (int row = 0; row < gone.Length; row++)
            {
                kept[count] = row;
                count += gone[row] ? 0 : 1;
            }

            DeletedRows += batch.Length - count;
            using RecordBatch columns = BatchProjection.KeepFirst(batch, wanted);
            slabs ??= SlabAllocator.ForDecoding(pool, all.DecodeBytes);
            return BatchSelection.Take(columns, kept.AsSpan(0, count), slabs);
        }
        finally
        {
            ArrayPool<bool>.Shared.Return(marks);
            ArrayPool<int>.Shared.Return(kept);
        }
    }

    private void Mark(RecordBatch batch, Span<bool> gone)
    {
        int[] keys = [.. Enumerable.Range(wanted, batch.ColumnCount - wanted)];
        for (int row = 0, count; row < gone.Length; row += count, takenOfPlace += count)
        {
            if (takenOfPlace == places[place].Count)
                (place, takenOfPlace) = (place + 1, 0);
            count = (int)Math.Min(gone.Length - row, places[place].Count - takenOfPlace);
            using RecordBatch of = BatchSlice.Of(batch, keys, row, count);
            deleted.Mark(of, places[place].First + takenOfPlace, gone.Slice(row, count));
        }
    }

    public void Dispose()
    {
        all.Dispose();
        slabs?.Dispose();
    }
}
