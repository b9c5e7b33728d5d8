using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow.Types;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>A source value as people read it, for messages.</summary>
internal static class SourceValue
{
    public static string Describe(IArrowType type, ReadOnlySpan<byte> values, int index) => type switch
    {
        Date32Type => Instant(MemoryMarshal.Cast<byte, int>(values)[index], 1, "days", 86_400),
        Date64Type => Instant(MemoryMarshal.Cast<byte, long>(values)[index], 1000, "milliseconds", 1),
        TimestampType timestamp => Instant(MemoryMarshal.Cast<byte, long>(values)[index], PerSecond(timestamp.Unit), Unit(timestamp.Unit), 1),
        Time32Type time => $"{MemoryMarshal.Cast<byte, int>(values)[index]:N0} {Unit(time.Unit)}",
        Time64Type time => $"{MemoryMarshal.Cast<byte, long>(values)[index]:N0} {Unit(time.Unit)}",
        Decimal32Type d => Decimal(values, index, 4, d.Scale),
        Decimal64Type d => Decimal(values, index, 8, d.Scale),
        Decimal128Type d => Decimal(values, index, 16, d.Scale),
        Decimal256Type d => Decimal(values, index, 32, d.Scale),
        _ => type.Name,
    };

    private static string Decimal(ReadOnlySpan<byte> values, int index, int width, int scale)
    {
        var unscaled = new BigInteger(values.Slice(index * width, width));
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    /// <summary>As a date and time where the calendar of years 1 to 9999 has it, else as the number it is.</summary>
    private static string Instant(long value, long perSecond, string unit, long secondsPerUnit)
    {
        long seconds = Math.DivRem(value, perSecond, out long rest) - (rest < 0 ? 1 : 0);
        var fromStart = (Int128)seconds * secondsPerUnit * TimeSpan.TicksPerSecond + DateTime.UnixEpoch.Ticks;
        if (fromStart < 0 || fromStart > DateTime.MaxValue.Ticks)
            return $"{value} {unit} since 1970-01-01";

        string text = new DateTime((long)fromStart).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return unit == "days" ? text[..10] : $"{text} ({value} {unit} since 1970-01-01)";
    }

    private static long PerSecond(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1,
        TimeUnit.Millisecond => 1000,
        TimeUnit.Microsecond => 1_000_000,
        _ => 1_000_000_000,
    };

    private static string Unit(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => "seconds",
        TimeUnit.Millisecond => "milliseconds",
        TimeUnit.Microsecond => "microseconds",
        _ => "nanoseconds",
    };
}
