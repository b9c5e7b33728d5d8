using System.Buffers;
using Apache.Arrow;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The items of lists: one column, or the two of a map's entries.</summary>
internal sealed class ListItems(ColumnEncoder item, ColumnEncoder? mapValue)
{
    public void WritePrefix(BlockWriter writer)
    {
        item.WritePrefix(writer);
        mapValue?.WritePrefix(writer);
    }

    public long CopiedBytes(ArrayData data) => mapValue is null
        ? item.CopiedBytes(data)
        : item.CopiedBytes(Part(data, 0)) + mapValue.CopiedBytes(Part(data, 1));

    public void Write(ArrayData data, BlockWriter writer)
    {
        Validity all = Validity.AllOf(data.Length);
        if (mapValue is null)
        {
            item.Write(data, all, writer);
            return;
        }

        item.Write(Part(data, 0), all, writer);
        mapValue.Write(Part(data, 1), all, writer);
    }

    /// <summary>Bytes that <see cref="Hash"/> takes at most.</summary>
    public long HashBytes(ArrayData data) => mapValue is null
        ? (8L * data.Length) + item.HashBytes(data)
        : (16L * data.Length) + Math.Max(item.HashBytes(Part(data, 0)), mapValue.HashBytes(Part(data, 1)));

    /// <summary>Hashes lists whose items lie one behind the other.</summary>
    /// <param name="data">All items.</param>
    /// <param name="ends">Where each list's items end in them.</param>
    /// <param name="hashes">One a list.</param>
    public void Hash(ArrayData data, ReadOnlySpan<int> ends, Span<ulong> hashes)
    {
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(data.Length);
        Span<ulong> all = rented.AsSpan(0, data.Length);
        HashItems(data, all);
        int start = 0;
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            ReadOnlySpan<ulong> own = all[start..ends[slot]];
            hashes[slot] = mapValue is null ? ValueHash.OfList(own) : ValueHash.OfMap(own);
            start = ends[slot];
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private void HashItems(ArrayData data, Span<ulong> hashes)
    {
        Validity all = Validity.AllOf(data.Length);
        if (mapValue is null)
        {
            item.Hash(data, all, hashes);
            return;
        }

        ulong[] rented = ArrayPool<ulong>.Shared.Rent(data.Length);
        Span<ulong> part = rented.AsSpan(0, data.Length);
        hashes.Clear();
        item.Hash(Part(data, 0), all, part);
        ValueHash.AddField(part, 0, hashes);
        mapValue.Hash(Part(data, 1), all, part);
        ValueHash.AddField(part, 1, hashes);
        ValueHash.OfSums(hashes);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static ArrayData Part(ArrayData entries, int i) => entries.Children[i].Slice(entries.Offset, entries.Length);
}
