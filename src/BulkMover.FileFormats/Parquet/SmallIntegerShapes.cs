using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>
/// Integers of 8 and 16 bits, which are stored in 32. What a larger number would mean is not defined (LogicalTypes.md, "Numeric Types"); the native
/// reader would cut it, here it is an error.
/// </summary>
internal static class SmallIntegerShapes
{
    /// <param name="from">The file's type.</param>
    /// <param name="to">The table's, to which <see cref="LeafShapes"/> lets it widen.</param>
    /// <param name="context">For errors.</param>
    public static ColumnShape Of(IArrowType from, IArrowType to, ShapeContext context)
    {
        (int min, int max) = from.TypeId switch
        {
            ArrowTypeId.Int8 => ((int)sbyte.MinValue, (int)sbyte.MaxValue),
            ArrowTypeId.Int16 => (short.MinValue, short.MaxValue),
            ArrowTypeId.UInt8 => (byte.MinValue, byte.MaxValue),
            _ => (ushort.MinValue, ushort.MaxValue),
        };
        return to.TypeId switch
        {
            ArrowTypeId.Int8 => Shape<sbyte>(1),
            ArrowTypeId.Int16 => Shape<short>(1),
            ArrowTypeId.Int32 => Shape<int>(1),
            ArrowTypeId.Int64 => Shape<long>(1),
            ArrowTypeId.UInt8 => Shape<byte>(1),
            ArrowTypeId.UInt16 => Shape<ushort>(1),
            ArrowTypeId.UInt32 => Shape<uint>(1),
            ArrowTypeId.UInt64 => Shape<ulong>(1),
            ArrowTypeId.Double => Shape<double>(1),
            ArrowTypeId.Decimal128 => Shape((Int128)BigInteger.Pow(10, ((Decimal128Type)to).Scale)),
            _ => throw context.TypesDiffer(from, new("", to, true)),
        };

        ConvertedShape<int, TTo, WithinRange<TTo>> Shape<TTo>(TTo factor)
            where TTo : unmanaged, INumberBase<TTo> => new(to, new(min, max, factor), context);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly struct WithinRange<TTo>(int min, int max, TTo factor) : IConversion<int, TTo>
        where TTo : unmanaged, INumberBase<TTo>
    {
        public bool TryConvert(int value, out TTo result)
        {
            result = TTo.CreateTruncating(value) * factor;
            return value >= min && value <= max;
        }
    }
}
