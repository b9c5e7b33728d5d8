using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Shaping;

/// <summary>
/// Which types of rows can be written as which types of a target that lacks theirs. No file is read like this: what a table's schema says of its files must be
/// in them.
/// </summary>
internal static class TargetShapes
{
    private const long MillisecondsPerDay = 86_400_000;

    /// <summary>The shape, or null when the types are not for this table.</summary>
    public static ColumnShape? Find(Field from, IArrowType to, ShapeContext context) => (from.DataType, to) switch
    {
        (Decimal32Type a, Decimal128Type b) when HasRoom(a.Precision, a.Scale, b) => new ConvertedShape<int, Int128, Rescale<int>>(to, new(Factor(a.Scale, b)), context),
        (Decimal64Type a, Decimal128Type b) when HasRoom(a.Precision, a.Scale, b) => new ConvertedShape<long, Int128, Rescale<long>>(to, new(Factor(a.Scale, b)), context),
        (Decimal256Type a, Decimal128Type b) when HasRoom(a.Precision, a.Scale, b) => new NarrowDecimalShape(b, Factor(a.Scale, b), context),
        (Decimal128Type or Decimal256Type, _) => null,
        (FixedSizeBinaryType, StringType) when from.IsUuid() => new UuidTextShape(),
        (FixedSizeBinaryType bytes, BinaryType) => new FixedBinaryShape(bytes.ByteWidth, context),
        (Date64Type, Date32Type) => new ConvertedShape<long, int, WholeDays>(to, default, context),
        _ => null,
    };

    private static bool HasRoom(int precision, int scale, Decimal128Type to) => to.Scale >= scale && to.Precision - to.Scale >= precision - scale;

    private static Int128 Factor(int scale, Decimal128Type to) => (Int128)System.Numerics.BigInteger.Pow(10, to.Scale - scale);

    /// <summary>Milliseconds that are to be whole days (Arrow columnar format, "Date").</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct WholeDays : IConversion<long, int>
    {
        public bool TryConvert(long value, out int result)
        {
            (long days, long rest) = Math.DivRem(value, MillisecondsPerDay);
            result = unchecked((int)days);
            return rest == 0 && result == days;
        }
    }
}
