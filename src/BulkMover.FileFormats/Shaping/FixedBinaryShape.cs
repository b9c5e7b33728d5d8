using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Binary of one width as binary of any: the bytes stay, offsets are made.</summary>
/// <param name="width">Bytes of a value.</param>
/// <param name="context">For errors.</param>
internal sealed class FixedBinaryShape(int width, ShapeContext context) : ColumnShape
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        if ((long)(source.Offset + source.Length) * width > int.MaxValue)
            throw context.OutOfRange($"of {source.Length:N0} times {width:N0} bytes", BinaryType.Default);
        ArrowBuffer offsets = buffers.Allocate((source.Length + 1) * sizeof(int), out Span<byte> bytes);
        Span<int> ends = MemoryMarshal.Cast<byte, int>(bytes);
        for (int i = 0; i <= source.Length; i++)
            ends[i] = (source.Offset + i) * width;
        return new ArrayData(BinaryType.Default, source.Length, source.GetNullCount(), 0,
            [Validity.AtZero(source, buffers), offsets, buffers.Share(source.Buffers[1])], children: null);
    }
}
