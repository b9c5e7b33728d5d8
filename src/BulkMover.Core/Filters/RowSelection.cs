using System.Buffers;

namespace BulkMover.Core.Filters;

/// <summary>Numbers of the rows of a batch that a filter keeps, ascending, in pooled memory. The owner disposes it.</summary>
public sealed class RowSelection : IDisposable
{
    private int[] rows;

    internal RowSelection(SelectionBits bits)
    {
        Count = bits.Count();
        rows = ArrayPool<int>.Shared.Rent(Count);
        bits.CopyRowsTo(rows);
    }

    public int Count { get; }

    /// <summary>Valid until this is disposed.</summary>
    public ReadOnlySpan<int> Rows => rows.AsSpan(0, Count);

    public void Dispose()
    {
        if (rows.Length > 0)
            ArrayPool<int>.Shared.Return(rows);
        rows = [];
    }
}
