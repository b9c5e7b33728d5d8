using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Arrays, which are lists or maps, and what Avro calls a map (Avro specification, "Arrays" and "Maps": both come in counted runs of items).</summary>
/// <param name="type">List or map.</param>
/// <param name="collection">The array or map in the file.</param>
/// <param name="nullBranch">See <see cref="AvroOption"/>.</param>
/// <param name="items">The elements; of a map, the entries.</param>
/// <param name="memory">What the values are collected in.</param>
internal sealed class ListColumn(NestedType type, AvroType collection, int nullBranch, ColumnDecoder items, GrowingMemory memory)
    : ColumnDecoder(type, nullBranch, memory)
{
    private readonly Offsets offsets = new(memory);

    public override long FixedBytes => sizeof(int);

    /// <summary>Items without bytes count as one each: most of what becomes of a batch grows with their number.</summary>
    public override long Bytes => base.Bytes + offsets.Bytes + items.Bytes + (collection.HasEmptyItems ? offsets.Last : 0);

    public override void Decode(ref AvroDecoder input)
    {
        if (DecodeNull(ref input))
            return;
        if (collection.HasEmptyItems)
        {
            offsets.Add(checked(offsets.Last + input.ReadEmptyItems()));
            return;
        }

        int end = offsets.Last;
        for (long count = input.ReadItemCount(collection); count > 0; count = input.ReadItemCount(collection))
        {
            for (long item = 0; item < count; item++)
                items.Decode(ref input);
            end = checked(end + (int)count);
        }

        offsets.Add(end);
    }

    public override ArrayData Take(int length, TakenBuffers buffers)
    {
        ArrayData children = items.Take(offsets.Last, buffers);
        return Array(length, buffers, [offsets.Take(buffers)], [children]);
    }

    protected override void AddPlaceholder() => offsets.Add(offsets.Last);
}
