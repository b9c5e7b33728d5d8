using System.Numerics;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// Orders scalars as the rows themselves are ordered: bytes unsigned, decimals and times exactly whatever their scale and unit.
/// </summary>
public static class ScalarComparer
{
    private const long NanosecondsPerDay = 86_400_000_000_000;

    private enum TypeClass
    {
        None,
        Boolean,
        Integer,
        Float,
        Decimal,
        Date,
        Time,
        Timestamp,
        Bytes,
    }

    /// <summary>
    /// Negative, zero or positive; null when there is no order: a null, a NaN, or types of different classes (a number and a text).
    /// A timestamp with a time zone and one without are compared as they are stored.
    /// </summary>
    public static int? Compare(Scalar left, Scalar right)
    {
        TypeClass type = ClassOf(left.Type);
        if (left.IsNull || right.IsNull || type != ClassOf(right.Type))
            return null;

        return type switch
        {
            TypeClass.Boolean => ((bool)left.Value!).CompareTo((bool)right.Value!),
            TypeClass.Integer or TypeClass.Date or TypeClass.Time or TypeClass.Timestamp => Exact(left).CompareTo(Exact(right)),
            TypeClass.Float => CompareFloats((double)left.Value!, (double)right.Value!),
            TypeClass.Decimal => CompareDecimals(left, right),
            TypeClass.Bytes => ((byte[])left.Value!).AsSpan().SequenceCompareTo((byte[])right.Value!),
            _ => null,
        };
    }

    private static TypeClass ClassOf(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.Boolean => TypeClass.Boolean,
        ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64
            or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.UInt64 => TypeClass.Integer,
        ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double => TypeClass.Float,
        ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 => TypeClass.Decimal,
        ArrowTypeId.Date32 or ArrowTypeId.Date64 => TypeClass.Date,
        ArrowTypeId.Time32 or ArrowTypeId.Time64 => TypeClass.Time,
        ArrowTypeId.Timestamp => TypeClass.Timestamp,
        ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView or ArrowTypeId.Binary or ArrowTypeId.LargeBinary
            or ArrowTypeId.BinaryView or ArrowTypeId.FixedSizedBinary => TypeClass.Bytes,
        ArrowTypeId.Dictionary => ClassOf(((DictionaryType)type).ValueType),
        ArrowTypeId.Extension => ClassOf(((Apache.Arrow.ExtensionType)type).StorageType),
        _ => TypeClass.None,
    };

    /// <summary>The number itself, or for dates and times nanoseconds.</summary>
    private static Int128 Exact(Scalar scalar) =>
        (scalar.Value is ulong unsigned ? unsigned : (Int128)(long)scalar.Value!) * NanosecondsPerUnit(scalar.Type);

    private static long NanosecondsPerUnit(IArrowType type) => type switch
    {
        Date32Type => NanosecondsPerDay,
        Date64Type => NanosecondsPer(TimeUnit.Millisecond),
        TimestampType timestamp => NanosecondsPer(timestamp.Unit),
        TimeType time => NanosecondsPer(time.Unit),
        _ => 1,
    };

    private static long NanosecondsPer(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1_000_000_000,
        TimeUnit.Millisecond => 1_000_000,
        TimeUnit.Microsecond => 1_000,
        _ => 1,
    };

    private static int? CompareFloats(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null : left == right ? 0 : left < right ? -1 : 1;

    private static int CompareDecimals(Scalar left, Scalar right)
    {
        int leftScale = ScaleOf(left.Type), rightScale = ScaleOf(right.Type), scale = Math.Max(leftScale, rightScale);
        return Rescale((BigInteger)left.Value!, scale - leftScale).CompareTo(Rescale((BigInteger)right.Value!, scale - rightScale));
    }

    private static BigInteger Rescale(BigInteger unscaled, int digits) =>
        digits == 0 ? unscaled : unscaled * BigInteger.Pow(10, digits);

    private static int ScaleOf(IArrowType type) => type switch
    {
        Decimal32Type t => t.Scale,
        Decimal64Type t => t.Scale,
        Decimal128Type t => t.Scale,
        Decimal256Type t => t.Scale,
        _ => throw new InvalidOperationException($"{type.TypeId} has no scale."),
    };
}
