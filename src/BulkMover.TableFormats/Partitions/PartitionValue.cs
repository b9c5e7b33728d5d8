using System.Globalization;
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
            FloatType => Float(text),
            DoubleType => Double(text),
            Decimal128Type decimals => DecimalText.Unscaled(text, decimals.Precision, decimals.Scale),
            Date32Type => CalendarText.Days(text),
            TimestampType { Unit: TimeUnit.Microsecond } timestamp => CalendarText.Microseconds(text, timestamp.Timezone is not null),
            _ => null,
        };
        return value is null ? null : new Scalar(type, value);
    }

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
