using Apache.Arrow;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Booleans: a bit → a byte.</summary>
internal sealed class BitEncoder : ValueEncoder
{
    public override long CopiedBytes(ArrayData data) => data.Length;

    public override void Write(ArrayData data, Validity valid, BlockWriter writer) =>
        Validity.WriteBits(data.Buffers[1].Span, data.Offset, data.Length, invert: false, writer);

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        ReadOnlySpan<ulong> both = [ValueHash.Of([0]), ValueHash.Of([1])];
        ReadOnlySpan<byte> bits = data.Buffers[1].Span;
        for (int slot = 0; slot < hashes.Length; slot++)
            hashes[slot] = both[BitUtility.GetBit(bits, data.Offset + slot) ? 1 : 0];
    }
}
