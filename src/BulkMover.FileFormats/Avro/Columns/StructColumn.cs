using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Records.</summary>
internal sealed class StructColumn(StructType type, int nullBranch, RecordFields fields, GrowingMemory memory) : ColumnDecoder(type, nullBranch, memory)
{
    public override long FixedBytes => fields.FixedBytes;

    public override long Bytes => base.Bytes + fields.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (!DecodeNull(ref input))
            fields.Decode(ref input);
    }

    public override ArrayData Take(int length, TakenBuffers buffers)
    {
        var children = new ArrayData[fields.Columns.Length];
        for (int i = 0; i < children.Length; i++)
            children[i] = fields.Columns[i]?.Take(length, buffers) ?? Unwanted(length);
        return Array(length, buffers, [], children);
    }

    protected override void AddPlaceholder()
    {
        foreach (ColumnDecoder? column in fields.Columns)
            column?.AddHidden();
    }

    /// <summary>Keeps the numbers of the other members; nobody looks at it.</summary>
    private static ArrayData Unwanted(int length) => new(NullType.Default, length, length, 0, System.Array.Empty<ArrowBuffer>());
}
