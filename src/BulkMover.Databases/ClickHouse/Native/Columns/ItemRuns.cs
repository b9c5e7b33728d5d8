using Apache.Arrow;
using Apache.Arrow.Memory;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The items of lists where some slots' items are left out: the way for nulls inside null structs, which is rare.</summary>
internal sealed class ItemRuns(int slots)
{
    private readonly List<(int Start, int Length)> runs = [];
    private readonly List<long> ends = new(slots);
    private long total;

    /// <summary>The next slot's items.</summary>
    public void Add(long start, long length)
    {
        if (length < 0)
            throw Offsets.Invalid();
        total += length;
        ends.Add(total);
        if (length == 0)
            return;
        if (runs.Count > 0 && runs[^1].Start + runs[^1].Length == start)
            runs[^1] = (runs[^1].Start, runs[^1].Length + (int)length);
        else
            runs.Add(((int)start, (int)length));
    }

    /// <summary>Writes where each slot's items end, then the items.</summary>
    public void Write(ArrayData child, ListItems items, BlockWriter writer)
    {
        foreach (long end in ends)
            writer.WriteUInt64((ulong)end);
        try
        {
            items.Write(Gather(child, writer), writer);
        }
        catch (SlotException bad)
        {
            throw bad.At(ends.FindIndex(end => end > bad.Slot));
        }
    }

    private ArrayData Gather(ArrayData child, BlockWriter writer)
    {
        if (runs.Count > 0 && runs[^1].Start + (long)runs[^1].Length > child.Length)
            throw Offsets.Invalid();
        if (runs.Count <= 1)
            return runs.Count == 0 ? child.Slice(0, 0) : child.Slice(runs[0].Start, runs[0].Length);

        ArrayData gathered = ArrayDataConcatenator.Concatenate(
            [.. runs.Select(run => child.Slice(run.Start, run.Length))], MemoryAllocator.Default.Value);
        writer.Keep(gathered);
        return gathered;
    }
}
