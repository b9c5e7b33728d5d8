using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

internal sealed class BooleanColumn(int nullBranch, GrowingMemory memory) : ColumnDecoder(BooleanType.Default, nullBranch, memory)
{
    private readonly GrowingBits values = new(memory);

    public override long FixedBytes => 1;

    public override long Bytes => base.Bytes + values.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (!DecodeNull(ref input))
            values.Add(input.ReadBoolean());
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => Array(length, buffers, [values.Take(buffers)]);

    protected override void AddPlaceholder() => values.Add(false);
}
