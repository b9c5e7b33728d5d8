using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>A field of the type null, whose values take no bytes; or one inside of a record that nobody wants.</summary>
internal sealed class NullColumn(GrowingMemory memory) : ColumnDecoder(NullType.Default, nullBranch: -1, memory)
{
    public override long FixedBytes => 0;

    public override void Decode(ref AvroDecoder input)
    {
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => new(NullType.Default, length, length, 0, System.Array.Empty<ArrowBuffer>());

    protected override void AddPlaceholder()
    {
    }
}
