using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The items of lists where some slots' items are left out: the way for nulls inside null structs, which is rare.</summary>
/// <param name="child">All items.</param>
/// <param name="slots">Number of lists.</param>
internal sealed class ChosenItems(ArrayData child, int slots)
{
    private readonly List<int> rows = [];
    private readonly List<int> ends = new(slots);

    /// <summary>The next slot's items.</summary>
    public void Add(long start, long length)
    {
        if (start < 0 || length < 0 || start + length > child.Length)
            throw Offsets.Invalid();
        for (long row = start; row < start + length; row++)
            rows.Add((int)row);
        ends.Add(rows.Count);
    }

    /// <summary>Writes where each slot's items end, then the items.</summary>
    public void Write(ListItems items, BlockWriter writer)
    {
        foreach (int end in ends)
            writer.WriteUInt64((ulong)end);
        try
        {
            items.Write(TakenRows.Of(child, CollectionsMarshal.AsSpan(rows), writer), writer);
        }
        catch (SlotException bad)
        {
            throw bad.At(ends.FindIndex(end => end > bad.Slot));
        }
    }
}
