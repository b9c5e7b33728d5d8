using System.Globalization;
using System.Numerics;
using System.Text;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>
/// The types of the model by their names in Delta's schema, with values in the forms of <see cref="Core.Types.Scalar.Value"/> and the texts that
/// PROTOCOL.md gives them ("Partition Value Serialization", "Per-file Statistics").
/// </summary>
internal static class ModelTypes
{
    private static readonly string[] Alphabet = ["a", "b", "C", "%", "/", "=", "'", "\"", "\\", " ", "\n", "é", "😀", "+", "#", "."];

    public static string[] All { get; } =
    [
        "byte", "short", "integer", "long", "float", "double", "decimal(6,2)", "decimal(10,4)", "string", "date", "timestamp", "timestamp_ntz", "boolean",
        "binary",
    ];

    public static IArrowType Arrow(string type) => type switch
    {
        "byte" => Int8Type.Default,
        "short" => Int16Type.Default,
        "integer" => Int32Type.Default,
        "long" => Int64Type.Default,
        "float" => FloatType.Default,
        "double" => DoubleType.Default,
        "string" => StringType.Default,
        "date" => Date32Type.Default,
        "timestamp" => new TimestampType(TimeUnit.Microsecond, "UTC"),
        "timestamp_ntz" => new TimestampType(TimeUnit.Microsecond, (string?)null),
        "boolean" => BooleanType.Default,
        "binary" => BinaryType.Default,
        _ => new Decimal128Type(Digits(type).Precision, Digits(type).Scale),
    };

    /// <summary>PROTOCOL.md, "Type Widening": what a type may become, and what its values then are.</summary>
    public static (string To, Func<object, object> Widen)[] Widenings(string type) => type switch
    {
        "byte" => [("short", same => same), ("integer", same => same), ("double", value => (double)(long)value)],
        "short" => [("integer", same => same), ("long", same => same)],
        "integer" => [("long", same => same), ("double", value => (double)(long)value), ("decimal(12,2)", value => new BigInteger((long)value) * 100)],
        "float" => [("double", same => same)],
        "decimal(6,2)" => [("decimal(10,4)", value => (BigInteger)value * 100), ("decimal(8,2)", same => same)],
        "date" => [("timestamp_ntz", value => (long)value * 86_400_000_000)],
        _ => [],
    };

    public static object Random(string type, Random random) => type switch
    {
        "byte" => Integer(sbyte.MinValue, sbyte.MaxValue, random),
        "short" => Integer(short.MinValue, short.MaxValue, random),
        "integer" => Integer(int.MinValue, int.MaxValue, random),
        "long" => Integer(long.MinValue, long.MaxValue, random),
        "float" => (double)(float)Real(random, float.MaxValue),
        "double" => Real(random, double.MaxValue),
        "string" or "binary" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => Alphabet[random.Next(Alphabet.Length)]))),
        "date" => (long)random.Next(-700_000, 100_000),
        "timestamp" or "timestamp_ntz" => (random.Next(-700_000, 100_000) * 86_400_000_000) + random.NextInt64(86_400_000_000),
        "boolean" => random.Next(2) == 0,
        _ => new BigInteger(random.NextInt64(-(long)Math.Pow(10, Digits(type).Precision) + 1, (long)Math.Pow(10, Digits(type).Precision))),
    };

    /// <summary>A partition value; of several forms that are allowed, any.</summary>
    public static string Text(string type, object value, Random random) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool boolean => boolean ? "true" : "false",
        double number => type == "float" ? ((float)number).ToString("R", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture),
        BigInteger unscaled => Decimal(unscaled, Digits(type).Scale, isShort: random.Next(2) == 0),
        long days when type == "date" => Day(days),
        long micros when type == "timestamp" && random.Next(2) == 0 => $"{Day(Days(micros))}T{Time(micros, 6)}Z",
        long micros when type is "timestamp" or "timestamp_ntz" =>
            $"{Day(Days(micros))} {Time(micros, micros % 1_000_000 == 0 && random.Next(2) == 0 ? 0 : 6)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    /// <summary>A minimum or maximum as JSON: texts are cut off, timestamps cut down to milliseconds.</summary>
    public static string Statistic(string type, object value, int prefix) => value switch
    {
        byte[] bytes => System.Text.Json.JsonSerializer.Serialize(string.Concat(Encoding.UTF8.GetString(bytes).EnumerateRunes().Take(prefix))),
        BigInteger unscaled => Decimal(unscaled, Digits(type).Scale, isShort: false),
        long days when type == "date" => $"\"{Day(days)}\"",
        long micros when type is "timestamp" or "timestamp_ntz" => $"\"{Day(Days(micros))}T{Time(micros, 3)}{(type == "timestamp" ? "Z" : "")}\"",
        _ => Text(type, value, null!),
    };

    public static int Compare(object left, object right) => (left, right) switch
    {
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        _ => ((IComparable)left).CompareTo(right),
    };

    private static (int Precision, int Scale) Digits(string type)
    {
        string[] digits = type["decimal(".Length..^1].Split(',');
        return (int.Parse(digits[0], CultureInfo.InvariantCulture), int.Parse(digits[1], CultureInfo.InvariantCulture));
    }

    private static object Integer(long min, long max, Random random) => random.Next(10) switch
    {
        0 => min,
        1 => max,
        _ => (long)random.Next(-9, 10),
    };

    private static double Real(Random random, double max) => random.Next(8) switch
    {
        0 => max,
        1 => -max,
        2 => double.PositiveInfinity,
        3 => 0.1,
        _ => random.Next(-50, 50) / 8.0,
    };

    private static string Decimal(BigInteger unscaled, int scale, bool isShort)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string text = $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
        return isShort ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    private static long Days(long micros) => (long)Math.Floor(micros / 86_400_000_000m);

    private static string Day(long days) => DateOnly.FromDayNumber((int)days + 719_162).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(long micros, int digits)
    {
        var time = TimeSpan.FromMicroseconds(micros - (Days(micros) * 86_400_000_000));
        return time.ToString(digits == 0 ? @"hh\:mm\:ss" : @"hh\:mm\:ss\." + new string('f', digits), CultureInfo.InvariantCulture);
    }
}
