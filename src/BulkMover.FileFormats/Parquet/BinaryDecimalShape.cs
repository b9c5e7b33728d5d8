using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>
/// Decimals in byte arrays: two's complement, the most significant byte first, of any length (LogicalTypes.md, "DECIMAL"). No bytes at
/// all mean zero, as some writers have it.
/// </summary>
/// <param name="from">The decimal that the file states.</param>
/// <param name="to">The table's decimal, of at least that scale.</param>
/// <param name="context">For errors.</param>
internal sealed class BinaryDecimalShape(IArrowType from, IArrowType to, ShapeContext context) : ColumnShape
{
    private readonly int width = ((FixedWidthType)to).BitWidth / 8;
    private readonly BigInteger factor = BigInteger.Pow(10, ScaleOf(to) - ScaleOf(from));

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<int> offsets = source.Values<int>(extra: 1);
        ReadOnlySpan<byte> bytes = source.Buffers[2].Span;
        ArrowBuffer values = buffers.Allocate(checked(source.Length * width), out Span<byte> target);
        for (int i = 0; i < source.Length; i++)
        {
            ReadOnlySpan<byte> value = bytes[offsets[i]..offsets[i + 1]];
            if (!TryConvert(value, target.Slice(i * width, width)) && Validity.IsValid(source, i))
                throw context.OutOfRange(Convert.ToHexString(value), to);
        }

        return new ArrayData(to, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), values], children: null);
    }

    private bool TryConvert(ReadOnlySpan<byte> value, Span<byte> target)
    {
        BigInteger number = new BigInteger(value, isUnsigned: false, isBigEndian: true) * factor;
        target.Fill(number.Sign < 0 ? (byte)0xFF : (byte)0);
        return number.TryWriteBytes(target, out _);
    }

    private static int ScaleOf(IArrowType type) => type is Decimal256Type wide ? wide.Scale : ((Decimal128Type)type).Scale;
}
