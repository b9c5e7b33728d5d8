using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>A primitive type of the specification, with few values so that random rows, keys and filters often meet.</summary>
/// <param name="Name">As schemas write it.</param>
/// <param name="Arrow">What it is read as.</param>
/// <param name="Values">Values in the forms of <see cref="Core.Types.Scalar.Value"/>.</param>
internal sealed record ModelType(string Name, IArrowType Arrow, IReadOnlyList<object> Values)
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    public static readonly ModelType Boolean = new("boolean", BooleanType.Default, [true, false]);
    public static readonly ModelType Int = new("int", Int32Type.Default, [-11L, -1L, 0L, 1L, 2L, 9L, 10L, -2_147_483_640L, (long)int.MaxValue]);
    public static readonly ModelType Long = new("long", Int64Type.Default, [-11L, -1L, 0L, 1L, 2L, 9L, 10L, long.MaxValue]);
    public static readonly ModelType Float = new("float", FloatType.Default, [-1.5, 0.0, 0.25, 3.0, double.PositiveInfinity, double.NaN]);
    public static readonly ModelType Double = new("double", DoubleType.Default, [-1.5, 0.0, 0.25, 3.0, 1e300, double.NaN]);
    public static readonly ModelType Decimal = new("decimal(9, 2)", new Decimal128Type(9, 2), [.. Numbers(-101, -1, 0, 50, 999_999_999)]);
    public static readonly ModelType WideDecimal = new("decimal(20, 2)", new Decimal128Type(20, 2), [.. Numbers(-101, -1, 0, 50, 999_999_999)]);
    public static readonly ModelType Date = new("date", Date32Type.Default, [-1L, 0L, 1L, 17_486L, 17_517L]);
    public static readonly ModelType Timestamp = new("timestamp", new TimestampType(TimeUnit.Microsecond, (string?)null),
        [-1L, 0L, 1L, MicrosecondsPerDay, 17_486 * MicrosecondsPerDay, 17_517 * MicrosecondsPerDay + 3_600_000_000]);
    public static readonly ModelType TimestampTz = new("timestamptz", new TimestampType(TimeUnit.Microsecond, "UTC"), Timestamp.Values);
    public static readonly ModelType String = new("string", StringType.Default, [.. Texts("", "a", "ab", "abc", "ice cream", "é", "zz\U0001F980")]);
    public static readonly ModelType Binary = new("binary", BinaryType.Default, [(byte[])[], (byte[])[0], (byte[])[0xFF], (byte[])[0xFF, 0xFF, 1]]);
    public static readonly ModelType Fixed = new("fixed[3]", new FixedSizeBinaryType(3), [(byte[])[0, 0, 0], (byte[])[1, 0xFF, 0x80], (byte[])[0xFF, 0xFF, 0xFF]]);

    public static IReadOnlyList<ModelType> All { get; } =
        [Boolean, Int, Long, Float, Double, Decimal, WideDecimal, Date, Timestamp, TimestampTz, String, Binary, Fixed];

    /// <summary>"Schema Evolution", "Type Promotions": what the type may become; null when nothing.</summary>
    public ModelType? Promoted(int formatVersion) =>
        this == Int ? Long
        : this == Float ? Double
        : this == Decimal ? WideDecimal
        : this == Date && formatVersion >= 3 ? Timestamp
        : null;

    /// <summary>A value of this type as one of a type that it was promoted to.</summary>
    public object Promote(object value, ModelType to) => this == Date && to == Timestamp ? (long)value * MicrosecondsPerDay : value;

    /// <summary>Appendix D, "Binary single-value serialization".</summary>
    public byte[] Serialize(object value)
    {
        switch (value)
        {
            case bool flag:
                return [flag ? (byte)1 : (byte)0];
            case long number:
                byte[] bytes = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
                return this == Int || this == Date ? bytes[..sizeof(int)] : bytes;
            case double number when this == Float:
                byte[] single = new byte[sizeof(float)];
                BinaryPrimitives.WriteSingleLittleEndian(single, (float)number);
                return single;
            case double number:
                byte[] wide = new byte[sizeof(double)];
                BinaryPrimitives.WriteDoubleLittleEndian(wide, number);
                return wide;
            case BigInteger unscaled:
                return unscaled.ToByteArray(isBigEndian: true);
            default:
                return (byte[])value;
        }
    }

    /// <summary>Appendix C, "JSON single-value serialization".</summary>
    public JsonNode ToJson(object value) => value switch
    {
        bool flag => flag,
        long days when this == Date => Day(days),
        long micros when this == Timestamp => Instant(micros),
        long micros when this == TimestampTz => Instant(micros) + "+00:00",
        long number => number,
        double number => number,
        BigInteger cents => ((decimal)cents / 100).ToString("0.00", CultureInfo.InvariantCulture),
        byte[] text when this == String => Encoding.UTF8.GetString(text),
        _ => Convert.ToHexString((byte[])value),
    };

    public override string ToString() => Name;

    private static string Day(long days) => DateTime.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(long micros) => DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static IEnumerable<object> Numbers(params IEnumerable<int> unscaled) => unscaled.Select(number => (object)new BigInteger(number));

    private static IEnumerable<object> Texts(params IEnumerable<string> texts) => texts.Select(object (text) => Encoding.UTF8.GetBytes(text));
}
