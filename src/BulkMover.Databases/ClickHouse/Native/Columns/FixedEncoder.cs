using Apache.Arrow;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Values of one width that are the same bytes on both sides: the block points to them in the batch's memory.</summary>
/// <param name="width">Bytes of a value.</param>
/// <param name="check">Finds values that do not fit; null when all do.</param>
internal sealed class FixedEncoder(int width, IValueCheck? check) : ValueEncoder
{
    public override long CopiedBytes(ArrayData data) => BlockWriter.CopiedOf((long)data.Length * width);

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        ReadOnlyMemory<byte> values = FixedValues.Of(data, width);
        check?.Check(values.Span, valid);
        writer.Reference(values);
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes) => ValueHash.OfEach(FixedValues.Of(data, width).Span, width, hashes);
}
