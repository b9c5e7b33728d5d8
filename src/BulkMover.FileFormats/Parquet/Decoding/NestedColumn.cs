using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of groups: its leaves are decoded one after the other, and what their levels tell of the groups around them is put together.</summary>
/// <param name="name">The column, for messages.</param>
/// <param name="column">Its nodes.</param>
/// <param name="leaves">A decoder for each leaf, with its levels, in the order of the schema.</param>
internal sealed class NestedColumn(string name, ColumnNode column, IReadOnlyList<(LeafDecoder Decoder, NestedLevels Levels)> leaves) : IColumnDecoder
{
    public string Name => name;

    public ArrayData Read(int rows, TakenBuffers buffers)
    {
        ArrayData[] values = [.. leaves.Select(leaf => leaf.Decoder.Read(rows, buffers))];
        int leaf = 0;
        return Join(column, 0, values, ref leaf, buffers);
    }

    public void Dispose()
    {
        foreach ((LeafDecoder decoder, _) in leaves)
            decoder.Dispose();
    }

    /// <param name="node">The node.</param>
    /// <param name="depth">Nodes above it.</param>
    /// <param name="values">The arrays of all leaves.</param>
    /// <param name="leaf">Number of the first leaf below it; afterwards, of the first one behind it.</param>
    /// <param name="buffers">What its buffers go to.</param>
    private ArrayData Join(ColumnNode node, int depth, ArrayData[] values, ref int leaf, TakenBuffers buffers)
    {
        int first = leaf;
        if (leaves[first].Levels.Nodes[depth] is { Node.IsOptionalKey: true, Missing: > 0 })
            throw new InvalidDataException("a map has a key that is null");
        if (node.Leaf is not null)
            return values[leaf++];

        var children = new ArrayData[node.Children.Count];
        for (int i = 0; i < children.Length; i++)
            children[i] = Join(node.Children[i], depth + 1, values, ref leaf, buffers);
        NodeSlots slots = leaves[first].Levels.Nodes[depth];
        foreach (NodeSlots other in leaves.Skip(first + 1).Take(leaf - first - 1).Select(below => below.Levels.Nodes[depth]))
        {
            if (!slots.AgreesWith(other))
                throw new InvalidDataException("the levels of its leaves do not tell the same of the groups around them");
            other.Dispose();
        }

        ArrowBuffer validity = slots.TakeValidity(buffers);
        return node.Type switch
        {
            StructType => new ArrayData(node.Type, slots.Count, slots.Missing, 0, [validity], children),
            MapType map => new ArrayData(map, slots.Count, slots.Missing, 0, [validity, slots.TakeOffsets(buffers)], [Entries(map, children)]),
            _ => new ArrayData(node.Type, slots.Count, slots.Missing, 0, [validity, slots.TakeOffsets(buffers)], children),
        };
    }

    private static ArrayData Entries(MapType map, ArrayData[] children) => new(map.KeyValueType, children[0].Length, 0, 0, [ArrowBuffer.Empty], children);
}
