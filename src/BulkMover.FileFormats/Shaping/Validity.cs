using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>The validity bitmap of an array for one that begins at offset 0.</summary>
internal static class Validity
{
    public static ArrowBuffer AtZero(ArrayData source, TakenBuffers buffers)
    {
        if (source.GetNullCount() == 0 || source.Buffers[0].IsEmpty)
            return ArrowBuffer.Empty;
        if (source.Offset == 0)
            return buffers.Share(source.Buffers[0]);

        ArrowBuffer copy = buffers.Allocate((source.Length + 7) / 8, out Span<byte> target);
        ReadOnlySpan<byte> bits = source.Buffers[0].Span;
        for (int i = 0; i < source.Length; i++)
            BitUtility.SetBit(target, i, BitUtility.GetBit(bits, source.Offset + i));
        return copy;
    }

    public static bool IsValid(ArrayData source, int index) =>
        source.Buffers[0].IsEmpty || BitUtility.GetBit(source.Buffers[0].Span, source.Offset + index);
}
