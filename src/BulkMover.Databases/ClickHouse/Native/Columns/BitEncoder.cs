using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Booleans: a bit → a byte.</summary>
internal sealed class BitEncoder : ValueEncoder
{
    public override long CopiedBytes(ArrayData data) => data.Length;

    public override void Write(ArrayData data, Validity valid, BlockWriter writer) =>
        Validity.WriteBits(data.Buffers[1].Span, data.Offset, data.Length, invert: false, writer);
}
