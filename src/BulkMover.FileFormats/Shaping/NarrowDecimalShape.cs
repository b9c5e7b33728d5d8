using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Decimals that are stored in 256 bits and have no more than 38 digits. They are rare; each value becomes a number for a moment.</summary>
/// <param name="type">The table's type.</param>
/// <param name="factor">Ten to the power of the digits that the scale grows by.</param>
/// <param name="context">For errors.</param>
internal sealed class NarrowDecimalShape(Decimal128Type type, Int128 factor, ShapeContext context) : ColumnShape
{
    private const int StoredBytes = 32;

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<byte> from = source.Length == 0 ? [] : source.Buffers[1].Span[checked(source.Offset * StoredBytes)..];
        ArrowBuffer values = buffers.Allocate(checked(source.Length * type.ByteWidth), out Span<byte> bytes);
        Span<Int128> to = MemoryMarshal.Cast<byte, Int128>(bytes);
        for (int i = 0; i < source.Length; i++)
        {
            BigInteger value = new BigInteger(from.Slice(i * StoredBytes, StoredBytes)) * factor;
            bool fits = value >= Int128.MinValue && value <= Int128.MaxValue;
            to[i] = fits ? (Int128)value : 0;
            // A null row holds anything.
            if (!fits && Validity.IsValid(source, i))
                throw context.OutOfRange(value.ToString(), type);
        }

        return new ArrayData(type, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), values], children: null);
    }
}
