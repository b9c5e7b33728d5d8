using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Numbers, and the dates and times that are stored as such.</summary>
internal sealed class NumberColumn<T, TReader>(IArrowType type, int nullBranch, GrowingMemory memory) : ColumnDecoder(type, nullBranch, memory)
    where T : unmanaged
    where TReader : struct, INumberReader<T>
{
    private readonly GrowingArray<T> values = new(memory);

    public override long FixedBytes => Unsafe.SizeOf<T>();

    public override long Bytes => base.Bytes + values.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (!DecodeNull(ref input))
            values.Add(TReader.Read(ref input));
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => Array(length, buffers, [values.Take(buffers)]);

    protected override void AddPlaceholder() => values.Add(default);
}
