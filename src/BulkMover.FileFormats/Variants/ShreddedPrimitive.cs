using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Variants;

/// <summary>A column of values of one primitive type.</summary>
internal sealed class ShreddedPrimitive : TypedValue
{
    private readonly Kind kind;
    private readonly int digits;

    private ShreddedPrimitive(Kind kind, int digits = 0) => (this.kind, this.digits) = (kind, digits);

    private enum Kind
    {
        Boolean,
        Int8,
        Int16,
        Int32,
        Int64,
        Float,
        Double,
        Decimal,
        BinaryDecimal,
        Date,
        Time,
        LocalTime,
        Instant,
        Binary,
        String,
        Uuid,
    }

    /// <exception cref="VariantException">Variants have no such type.</exception>
    public static new ShreddedPrimitive Of(IArrowType stored, Field from) => (stored, from.DataType) switch
    {
        (BooleanType, BooleanType) => new(Kind.Boolean),
        // Stored in 32 bits: see SmallIntegerShapes.
        (Int32Type, Int8Type) => new(Kind.Int8),
        (Int32Type, Int16Type) => new(Kind.Int16),
        (Int32Type, Int32Type) => new(Kind.Int32),
        (Int64Type, Int64Type) => new(Kind.Int64),
        (FloatType, FloatType) => new(Kind.Float),
        (DoubleType, DoubleType) => new(Kind.Double),
        (Decimal128Type, Decimal128Type type) => new(Kind.Decimal, type.Scale),
        (BinaryType, Decimal128Type type) => new(Kind.BinaryDecimal, type.Scale),
        (Date32Type, Date32Type) => new(Kind.Date),
        (Time64Type { Unit: TimeUnit.Microsecond }, Time64Type) => new(Kind.Time),
        (TimestampType { Unit: TimeUnit.Microsecond or TimeUnit.Nanosecond } type, TimestampType) =>
            new(string.IsNullOrEmpty(type.Timezone) ? Kind.LocalTime : Kind.Instant, type.Unit == TimeUnit.Microsecond ? 6 : 9),
        (BinaryType, BinaryType) => new(Kind.Binary),
        (StringType, StringType) => new(Kind.String),
        _ when from.IsUuid() => new(Kind.Uuid),
        _ => throw new VariantException($"it is shredded into {SourceType.Describe(from)}, which no variant is"),
    };

    public override void Write(ArrayData data, int row, VariantWriter writer)
    {
        JsonText text = writer.Text;
        switch (kind)
        {
            case Kind.Boolean: text.Boolean(BitUtility.GetBit(data.Buffers[1].Span, data.Offset + row)); break;
            case Kind.Int8: text.Integer(Within(Value<int>(data, row), sbyte.MinValue, sbyte.MaxValue)); break;
            case Kind.Int16: text.Integer(Within(Value<int>(data, row), short.MinValue, short.MaxValue)); break;
            case Kind.Int32: text.Integer(Value<int>(data, row)); break;
            case Kind.Int64: text.Integer(Value<long>(data, row)); break;
            case Kind.Float: text.Double(Value<float>(data, row)); break;
            case Kind.Double: text.Double(Value<double>(data, row)); break;
            case Kind.Decimal: text.Decimal(Value<Int128>(data, row), digits); break;
            case Kind.BinaryDecimal: text.Decimal(BigEndian(data.BytesAt(row)), digits); break;
            case Kind.Date: JsonTimes.Date(text, Value<int>(data, row)); break;
            case Kind.Time: JsonTimes.Time(text, Value<long>(data, row)); break;
            case Kind.LocalTime: JsonTimes.Timestamp(text, Value<long>(data, row), digits, isInstant: false); break;
            case Kind.Instant: JsonTimes.Timestamp(text, Value<long>(data, row), digits, isInstant: true); break;
            case Kind.Binary: text.Base64String(data.BytesAt(row)); break;
            case Kind.String: text.String(data.BytesAt(row)); break;
            default: text.Uuid(data.Buffers[1].Span.Slice((data.Offset + row) * UuidType.Storage.ByteWidth, UuidType.Storage.ByteWidth)); break;
        }
    }

    private static int Within(int value, int min, int max) =>
        value >= min && value <= max ? value : throw new VariantException($"an integer between {min} and {max} is {value}");

    private static T Value<T>(ArrayData data, int row)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span)[data.Offset + row];

    /// <summary>As <see cref="Parquet.BinaryDecimalShape"/> reads it.</summary>
    private static Int128 BigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 16)
            throw new VariantException($"a decimal has {bytes.Length} bytes");
        Int128 value = bytes.IsEmpty || (sbyte)bytes[0] >= 0 ? Int128.Zero : -Int128.One;
        foreach (byte next in bytes)
            value = (value << 8) | next;
        return value;
    }
}
