using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Lists and maps between offsets: where each slot's items end, then all items as columns.</summary>
/// <param name="items">One column for a list; keys and values for a map, whose child is a struct of them.</param>
internal sealed class ListEncoder<TOffset>(ListItems items) : ValueEncoder
    where TOffset : unmanaged, IBinaryInteger<TOffset>
{
    public override void WritePrefix(BlockWriter writer) => items.WritePrefix(writer);

    public override long CopiedBytes(ArrayData data)
    {
        if (data.Length == 0)
            return 0;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        return (8L * data.Length) + items.CopiedBytes(Items(data, offsets[0], offsets[^1]));
    }

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        if (data.Length == 0)
            return;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        if (valid.Nulls > 0)
        {
            WriteWithoutNulls(data, offsets, valid, writer);
            return;
        }

        WriteEnds(offsets, writer);
        try
        {
            items.Write(Items(data, offsets[0], offsets[^1]), writer);
        }
        catch (SlotException bad)
        {
            int slot = 0;
            while (long.CreateTruncating(offsets[slot + 1] - offsets[0]) <= bad.Slot)
                slot++;
            throw bad.At(slot);
        }
    }

    /// <summary>The slots of nulls may own items (Arrow columnar format, "Variable-size List Layout"), which must not arrive.</summary>
    private void WriteWithoutNulls(ArrayData data, ReadOnlySpan<TOffset> offsets, Validity valid, BlockWriter writer)
    {
        var chosen = new ChosenItems(data.Children[0], data.Length);
        for (int slot = 0; slot < data.Length; slot++)
        {
            long start = long.CreateTruncating(offsets[slot]);
            chosen.Add(start, valid.HoldsValue(slot) ? long.CreateTruncating(offsets[slot + 1]) - start : 0);
        }

        chosen.Write(items, writer);
    }

    public override long HashBytes(ArrayData data)
    {
        if (data.Length == 0)
            return 0;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        return (4L * data.Length) + items.HashBytes(Items(data, offsets[0], offsets[^1]));
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        if (data.Length == 0)
            return;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        int[] ends = ArrayPool<int>.Shared.Rent(hashes.Length);
        for (int slot = 0; slot < hashes.Length; slot++)
            ends[slot] = int.CreateTruncating(offsets[slot + 1] - offsets[0]);
        items.Hash(Items(data, offsets[0], offsets[^1]), ends, hashes);
        ArrayPool<int>.Shared.Return(ends);
    }

    private static ArrayData Items(ArrayData data, TOffset first, TOffset end)
    {
        ArrayData child = data.Children[0];
        return first >= TOffset.Zero && first <= end && long.CreateTruncating(end) <= child.Length
            ? child.Slice(int.CreateTruncating(first), int.CreateTruncating(end - first))
            : throw Offsets.Invalid();
    }

    private static void WriteEnds(ReadOnlySpan<TOffset> offsets, BlockWriter writer)
    {
        long first = long.CreateTruncating(offsets[0]);
        long last = first;
        for (int slot = 1; slot < offsets.Length;)
        {
            Span<ulong> room = MemoryMarshal.Cast<byte, ulong>(writer.Room(8));
            int count = Math.Min(room.Length, offsets.Length - slot);
            for (int i = 0; i < count; i++)
            {
                long end = long.CreateTruncating(offsets[slot + i]);
                if (end < last)
                    throw Offsets.Invalid();
                last = end;
                room[i] = (ulong)(end - first);
            }

            writer.Advance(count * 8);
            slot += count;
        }
    }
}
