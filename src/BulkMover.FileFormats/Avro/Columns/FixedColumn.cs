using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Byte arrays of one length, and UUIDs.</summary>
internal sealed class FixedColumn(FixedSizeBinaryType type, int nullBranch, GrowingMemory memory) : ColumnDecoder(type, nullBranch, memory)
{
    private readonly GrowingArray<byte> values = new(memory);

    public override long FixedBytes => type.ByteWidth;

    public override long Bytes => base.Bytes + values.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (!DecodeNull(ref input))
            values.AddRange(input.ReadFixed(type.ByteWidth));
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => Array(length, buffers, [values.Take(buffers)]);

    protected override void AddPlaceholder() => values.Extend(type.ByteWidth).Clear();
}
