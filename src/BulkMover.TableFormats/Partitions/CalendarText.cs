using System.Globalization;

namespace BulkMover.TableFormats.Partitions;

/// <summary>Dates and timestamps as text, in the proleptic Gregorian calendar, for any year.</summary>
internal static class CalendarText
{
    private const long SecondsPerDay = 86_400;
    private const int MicrosecondDigits = 6;

    /// <summary>Days since 1970 (32 bits) of <c>[+-]y…-M-d</c>; null when the text is no such date.</summary>
    public static object? Days(ReadOnlySpan<char> text) => ReadDate(ref text) is { } days && text.IsEmpty ? days : null;

    /// <summary>
    /// Microseconds since 1970 of <c>date</c> or <c>date[ T]HH:mm:ss[.fraction]</c>, the latter with <c>Z</c> or <c>±HH:mm</c> behind it where
    /// <paramref name="isInstant"/>; an instant without a zone is UTC. Null when the text is no such timestamp or needs a finer unit.
    /// </summary>
    public static object? Microseconds(ReadOnlySpan<char> text, bool isInstant) => Ticks(text, MicrosecondDigits, isInstant);

    /// <summary>As <see cref="Microseconds"/>, in units of 10^-digits seconds: from 6, microseconds, to 9, nanoseconds.</summary>
    public static object? Ticks(ReadOnlySpan<char> text, int digits, bool isInstant)
    {
        if (ReadDate(ref text) is not { } days)
            return null;

        long ticks = 0, perSecond = PowerOfTen(digits);
        if (!text.IsEmpty)
        {
            if (!Skip(ref text, ' ') && !Skip(ref text, 'T') || ReadTime(ref text, digits) is not { } time)
                return null;
            long offsetSeconds = 0;
            if (isInstant && !ReadZone(ref text, out offsetSeconds) || !text.IsEmpty)
                return null;
            ticks = time - offsetSeconds * perSecond;
        }

        Int128 total = (Int128)days * SecondsPerDay * perSecond + ticks;
        return total >= long.MinValue && total <= long.MaxValue ? (long)total : null;
    }

    /// <summary>Microseconds since midnight of <c>HH:mm:ss[.fraction]</c>; null when the text is no such time or needs a finer unit.</summary>
    public static object? TimeOfDay(ReadOnlySpan<char> text) => ReadTime(ref text, MicrosecondDigits) is { } time && text.IsEmpty ? time : null;

    /// <summary><c>2024-01-31</c>; years beyond 9999 with a plus, those before 0 with a minus.</summary>
    public static string OfDays(long days)
    {
        // As in DaysSinceEpoch; DateOnly's day 0 is in year 1, so the shifted year is never the edge.
        long cycles = (long)Math.Floor((days - 10_957) / 146_097.0);
        DateOnly within = new DateOnly(1970, 1, 1).AddDays((int)(days - cycles * 146_097));
        long year = within.Year + cycles * 400;
        string sign = year < 0 ? "-" : year > 9999 ? "+" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(year):d4}-{within.Month:d2}-{within.Day:d2}");
    }

    /// <summary><c>2024-01-31T12:30:00.000001Z</c> of an instant, else <c>2024-01-31 12:30:00.000001</c>; the fraction only where there is one.</summary>
    public static string OfMicroseconds(long time, bool isInstant)
    {
        const long PerSecond = 1_000_000;
        (long days, long rest) = Math.DivRem(time, SecondsPerDay * PerSecond);
        if (rest < 0)
            (days, rest) = (days - 1, rest + SecondsPerDay * PerSecond);
        (long second, long fraction) = Math.DivRem(rest, PerSecond);
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{OfDays(days)}{(isInstant ? 'T' : ' ')}{second / 3600:d2}:{second / 60 % 60:d2}:{second % 60:d2}");
        return string.Create(CultureInfo.InvariantCulture, $"{text}{(fraction == 0 ? "" : $".{fraction:d6}")}{(isInstant ? "Z" : "")}");
    }

    private static long? ReadDate(ref ReadOnlySpan<char> text)
    {
        bool negative = text is ['-', ..];
        if (text is ['-' or '+', ..])
            text = text[1..];
        if (ReadNumber(ref text, 4, 7) is not { } year || !Skip(ref text, '-') || ReadNumber(ref text, 1, 2) is not { } month
            || !Skip(ref text, '-') || ReadNumber(ref text, 1, 2) is not { } day || month is < 1 or > 12 || day < 1)
        {
            return null;
        }

        return DaysSinceEpoch(negative ? -year : year, month, day);
    }

    private static long? DaysSinceEpoch(int year, int month, int day)
    {
        // The calendar repeats every 400 years = 146,097 days: shift the year into DateTime's range and back.
        int cycles = (int)Math.Floor((year - 2000) / 400.0);
        int within = year - cycles * 400;
        if (day > DateTime.DaysInMonth(within, month))
            return null;
        long days = new DateOnly(within, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber + cycles * 146_097L;
        return days is >= int.MinValue and <= int.MaxValue ? days : null;
    }

    private static long? ReadTime(ref ReadOnlySpan<char> text, int digits)
    {
        if (ReadNumber(ref text, 2, 2) is not { } hour || !Skip(ref text, ':') || ReadNumber(ref text, 2, 2) is not { } minute
            || !Skip(ref text, ':') || ReadNumber(ref text, 2, 2) is not { } second || hour > 23 || minute > 59 || second > 59)
        {
            return null;
        }

        long ticks = ((hour * 60L + minute) * 60 + second) * PowerOfTen(digits);
        return !Skip(ref text, '.') ? ticks : ReadFraction(ref text, digits) is { } fraction ? ticks + fraction : null;
    }

    private static long? ReadFraction(ref ReadOnlySpan<char> text, int digits)
    {
        int read = 0;
        long ticks = 0;
        for (; read < text.Length && char.IsAsciiDigit(text[read]); read++)
        {
            if (read < digits)
                ticks = ticks * 10 + (text[read] - '0');
            else if (text[read] != '0')
                return null;
        }

        text = text[read..];
        return read == 0 ? null : ticks * PowerOfTen(Math.Max(0, digits - read));
    }

    private static long PowerOfTen(int digits)
    {
        long power = 1;
        for (; digits > 0; digits--)
            power *= 10;
        return power;
    }

    private static bool ReadZone(ref ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        if (text.IsEmpty || Skip(ref text, 'Z'))
            return true;
        if (text[0] is not ('+' or '-'))
            return false;

        int sign = text[0] == '-' ? -1 : 1;
        text = text[1..];
        if (ReadNumber(ref text, 2, 2) is not { } hours || !Skip(ref text, ':') || ReadNumber(ref text, 2, 2) is not { } minutes
            || hours > 18 || minutes > 59)
        {
            return false;
        }

        seconds = sign * (hours * 60L + minutes) * 60;
        return true;
    }

    private static int? ReadNumber(ref ReadOnlySpan<char> text, int minDigits, int maxDigits)
    {
        int digits = 0;
        int number = 0;
        for (; digits < text.Length && digits < maxDigits && char.IsAsciiDigit(text[digits]); digits++)
            number = number * 10 + (text[digits] - '0');
        if (digits < minDigits)
            return null;
        text = text[digits..];
        return number;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected)
            return false;
        text = text[1..];
        return true;
    }
}
