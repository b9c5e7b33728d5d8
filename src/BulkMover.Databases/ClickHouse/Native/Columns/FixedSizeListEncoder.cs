using System.Buffers;
using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Lists of a fixed number of items: where each ends, then all items.</summary>
/// <param name="size">Items of each list.</param>
/// <param name="items">The items' column.</param>
internal sealed class FixedSizeListEncoder(int size, ListItems items) : ValueEncoder
{
    public override void WritePrefix(BlockWriter writer) => items.WritePrefix(writer);

    public override long CopiedBytes(ArrayData data) => (8L * data.Length) + items.CopiedBytes(Items(data));

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        if (valid.Nulls > 0)
        {
            // Unlike other lists these own items also where they are null.
            var chosen = new ChosenItems(data.Children[0], data.Length);
            for (int slot = 0; slot < data.Length; slot++)
                chosen.Add(((long)data.Offset + slot) * size, valid.HoldsValue(slot) ? size : 0);
            chosen.Write(items, writer);
            return;
        }

        for (long slot = 1; slot <= data.Length; slot++)
            writer.WriteUInt64((ulong)(slot * size));
        try
        {
            items.Write(Items(data), writer);
        }
        catch (SlotException bad)
        {
            throw bad.At(bad.Slot / size);
        }
    }

    public override long HashBytes(ArrayData data) => (4L * data.Length) + items.HashBytes(Items(data));

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        int[] ends = ArrayPool<int>.Shared.Rent(hashes.Length);
        for (int slot = 0; slot < hashes.Length; slot++)
            ends[slot] = (slot + 1) * size;
        items.Hash(Items(data), ends, hashes);
        ArrayPool<int>.Shared.Return(ends);
    }

    private ArrayData Items(ArrayData data)
    {
        ArrayData child = data.Children[0];
        long start = (long)data.Offset * size;
        long length = (long)data.Length * size;
        return start + length <= child.Length ? child.Slice((int)start, (int)length) : throw Offsets.Invalid();
    }
}
