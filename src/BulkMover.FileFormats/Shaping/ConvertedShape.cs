using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Fixed-width values, each turned into another fixed width.</summary>
internal sealed class ConvertedShape<TFrom, TTo, TConversion>(IArrowType type, TConversion conversion, ShapeContext context) : ColumnShape
    where TFrom : unmanaged
    where TTo : unmanaged
    where TConversion : struct, IConversion<TFrom, TTo>
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<TFrom> from = source.Values<TFrom>();
        ArrowBuffer values = buffers.Allocate(checked(from.Length * Unsafe.SizeOf<TTo>()), out Span<byte> bytes);
        Span<TTo> to = MemoryMarshal.Cast<byte, TTo>(bytes);
        for (int i = 0; i < from.Length; i++)
        {
            // A null row holds anything, also what cannot be converted.
            if (!conversion.TryConvert(from[i], out to[i]) && Validity.IsValid(source, i))
                throw context.OutOfRange(from[i].ToString(), type);
        }

        return new ArrayData(type, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), values], children: null);
    }
}
