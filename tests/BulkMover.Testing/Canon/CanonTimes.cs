using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Testing.Canon;

/// <summary>Dates and times as canon-1 prints them.</summary>
internal static class CanonTimes
{
    private const long NanosecondsPerDay = 86_400_000_000_000;

    public static string Print(IArrowArray array, int row, CanonStyle style) => array switch
    {
        Date32Array a => Date(a.Values[row]),
        Date64Array a => Date((long)Math.Floor(a.Values[row] / 86_400_000.0)),
        Time32Array a => Time(a.Values[row] * Nanoseconds(((Time32Type)a.Data.DataType).Unit), digits: 6),
        Time64Array a => Time(a.Values[row] * Nanoseconds(((Time64Type)a.Data.DataType).Unit), digits: 6),
        TimestampArray a => Timestamp((TimestampType)a.Data.DataType, a.Values[row], style),
        _ => throw new NotSupportedException($"{array.GetType().Name} is no date or time."),
    };

    private static string Timestamp(TimestampType type, long value, CanonStyle style)
    {
        bool isInstant = !string.IsNullOrEmpty(type.Timezone);
        Int128 nanoseconds = (Int128)value * Nanoseconds(type.Unit);
        Int128 day = nanoseconds / NanosecondsPerDay - (nanoseconds % NanosecondsPerDay < 0 ? 1 : 0);
        bool nine = style.TimestampsInNanoseconds || (type.Unit == TimeUnit.Nanosecond && !(isInstant && style.InstantsInMicroseconds));
        return $"{Date((long)day)}T{Time((long)(nanoseconds - day * NanosecondsPerDay), nine ? 9 : 6)}{(isInstant && !style.InstantsWithoutZone ? "Z" : "")}";
    }

    private static string Time(long nanoseconds, int digits)
    {
        string fraction = (nanoseconds % 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture)[..digits];
        long seconds = nanoseconds / 1_000_000_000;
        return $"{seconds / 3600:D2}:{seconds / 60 % 60:D2}:{seconds % 60:D2}.{fraction}";
    }

    /// <summary>The proleptic Gregorian date, of any year: the calendar repeats every 400 years, which are 146,097 days.</summary>
    private static string Date(long daysSince1970)
    {
        const long DaysPer400Years = 146_097;
        long cycles = (long)Math.Floor((daysSince1970 + 719_162) / (double)DaysPer400Years);
        DateOnly date = DateOnly.FromDayNumber((int)(daysSince1970 + 719_162 - cycles * DaysPer400Years));
        long year = date.Year + cycles * 400;
        // ISO 8601's expanded form, as ECMAScript writes it, beyond four digits.
        string yearText = year is >= 0 and <= 9999 ? $"{year:D4}" : $"{(year < 0 ? '-' : '+')}{Math.Abs(year):D6}";
        return $"{yearText}-{date.Month:D2}-{date.Day:D2}";
    }

    private static long Nanoseconds(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 1_000_000_000,
        TimeUnit.Millisecond => 1_000_000,
        TimeUnit.Microsecond => 1_000,
        _ => 1,
    };
}
