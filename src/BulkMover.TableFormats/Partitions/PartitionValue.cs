using System.Globalization;
using System.Numerics;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Partitions;

/// <summary>
/// Partition values and statistics as text, in the forms that Spark and Hive write (Delta PROTOCOL.md, "Partition Value Serialization").
/// </summary>
public static class PartitionValue
{
    /// <summary>The value of the type that the text stands for, exactly (invariant 4: nothing is rounded); null when there is none.</summary>
    /// <param name="text">Decoded; an empty text is a value of string and binary only.</param>
    /// <param name="type">Arrow type of the column.</param>
    public static Scalar? Parse(string text, IArrowType type)
    {
        object? value = type switch
        {
            StringType or BinaryType => Encoding.UTF8.GetBytes(text),
            BooleanType => bool.TryParse(text, out bool boolean) ? boolean : null,
            Int8Type => Integer(text, sbyte.MinValue, sbyte.MaxValue),
            Int16Type => Integer(text, short.MinValue, short.MaxValue),
            Int32Type => Integer(text, int.MinValue, int.MaxValue),
            Int64Type => Integer(text, long.MinValue, long.MaxValue),
            UInt8Type => Integer(text, byte.MinValue, byte.MaxValue),
            UInt16Type => Integer(text, ushort.MinValue, ushort.MaxValue),
            UInt32Type => Integer(text, uint.MinValue, uint.MaxValue),
            UInt64Type => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong whole) ? whole : null,
            FloatType => Float(text),
            DoubleType => Double(text),
            Decimal128Type decimals => DecimalText.Unscaled(text, decimals.Precision, decimals.Scale),
            Date32Type => CalendarText.Days(text),
            TimestampType { Unit: TimeUnit.Microsecond } timestamp => CalendarText.Microseconds(text, timestamp.Timezone is not null),
            _ => null,
        };
        return value is null ? null : new Scalar(type, value);
    }

    /// <summary>
    /// The text from which <see cref="Parse"/> and other readers get the value: instants as ISO 8601 in UTC, since without a zone each reader would take its own.
    /// Null for null. Of binary values it is only a name, in hex digits.
    /// </summary>
    public static string? Write(Scalar scalar) => (scalar.Type, scalar.Value) switch
    {
        (_, null) => null,
        (StringType, byte[] text) => Encoding.UTF8.GetString(text),
        (_, byte[] bytes) => Convert.ToHexStringLower(bytes),
        (_, bool value) => value ? "true" : "false",
        (Date32Type, long days) => CalendarText.OfDays(days),
        (TimestampType { Unit: TimeUnit.Microsecond } timestamp, long time) => CalendarText.OfMicroseconds(time, timestamp.Timezone is not null),
        (FloatType, double number) => ((float)number).ToString("R", CultureInfo.InvariantCulture),
        (_, double number) => number.ToString("R", CultureInfo.InvariantCulture),
        (Decimal128Type { Scale: var scale }, BigInteger unscaled) => DecimalText.Of(unscaled, scale),
        (_, var whole) => Convert.ToString(whole, CultureInfo.InvariantCulture),
    };

    private static object? Integer(string text, long min, long max) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= min && number <= max
            ? number
            : null;

    // The text of a float is the shortest that gives the same float; read as a double it would be another value.
    private static object? Float(string text) =>
        float.TryParse(Spelled(text), NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && IsAsWritten(text, number)
            ? (double)number
            : null;

    private static object? Double(string text) =>
        double.TryParse(Spelled(text), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && IsAsWritten(text, number)
            ? number
            : null;

    // Rust's word for it, and so that of writers made with it.
    private static string Spelled(string text) => text switch
    {
        "inf" => "Infinity",
        "-inf" => "-Infinity",
        _ => text,
    };

    // .NET reads digits beyond the range as infinity; only the word may mean it.
    private static bool IsAsWritten(string text, double number) => !double.IsInfinity(number) || !text.Any(char.IsAsciiDigit);
}
