using System.Buffers.Binary;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>
/// Strings and binaries behind views of 16 bytes (Arrow columnar format, "Variable-size Binary View Layout"): a length, then up to 12 bytes
/// in place or else a prefix, the number of a data buffer and an offset in it.
/// </summary>
internal sealed class ViewEncoder : ValueEncoder
{
    private const int ViewBytes = 16;
    private const int InPlace = 12;

    public override long CopiedBytes(ArrayData data)
    {
        long bytes = 0;
        Validity valid = Validity.Of(data);
        ReadOnlySpan<byte> views = FixedValues.Of(data, ViewBytes).Span;
        for (int slot = 0; slot < data.Length; slot++)
        {
            // Of a null the view may be anything.
            if (valid.HoldsValue(slot))
                bytes += Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(views[(slot * ViewBytes)..]));
        }

        return data.Length + bytes + (bytes / 128);
    }

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        ReadOnlyMemory<byte> views = FixedValues.Of(data, ViewBytes);
        for (int slot = 0; slot < data.Length; slot++)
        {
            ReadOnlyMemory<byte> value = valid.HoldsValue(slot) ? Value(data, views.Slice(slot * ViewBytes, ViewBytes)) : default;
            writer.WriteVarUInt((ulong)value.Length);
            writer.Reference(value);
        }
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        ReadOnlyMemory<byte> views = FixedValues.Of(data, ViewBytes);
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            if (valid.HoldsValue(slot))
                hashes[slot] = ValueHash.Of(Value(data, views.Slice(slot * ViewBytes, ViewBytes)).Span);
        }
    }

    private static ReadOnlyMemory<byte> Value(ArrayData data, ReadOnlyMemory<byte> view)
    {
        ReadOnlySpan<byte> bytes = view.Span;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is >= 0 and <= InPlace)
            return view.Slice(4, length);

        // Validity and views come before the data buffers.
        long buffer = 2L + BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        int offset = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (length < 0 || buffer < 2 || buffer >= data.Buffers.Length || offset < 0 || (long)offset + length > data.Buffers[buffer].Length)
            throw Offsets.Invalid();
        return data.Buffers[buffer].Memory.Slice(offset, length);
    }
}
