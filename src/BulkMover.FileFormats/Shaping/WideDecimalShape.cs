using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Decimals whose target has more than 38 digits. They are rare; each value becomes a number for a moment.</summary>
/// <param name="type">The table's type.</param>
/// <param name="factor">Ten to the power of the digits that the scale grows by.</param>
/// <param name="context">For errors.</param>
internal sealed class WideDecimalShape(Decimal256Type type, BigInteger factor, ShapeContext context) : ColumnShape
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        int width = ((FixedWidthType)source.DataType).BitWidth / 8;
        ReadOnlySpan<byte> from = source.Length == 0 ? [] : source.Buffers[1].Span[checked(source.Offset * width)..];
        ArrowBuffer values = buffers.Allocate(checked(source.Length * type.ByteWidth), out Span<byte> to);
        for (int i = 0; i < source.Length; i++)
        {
            BigInteger value = new BigInteger(from.Slice(i * width, width)) * factor;
            Span<byte> target = to.Slice(i * type.ByteWidth, type.ByteWidth);
            target.Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
            if (!value.TryWriteBytes(target, out _) && Validity.IsValid(source, i))
                throw context.OutOfRange(value.ToString(), type);
        }

        return new ArrayData(type, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), values], children: null);
    }
}
