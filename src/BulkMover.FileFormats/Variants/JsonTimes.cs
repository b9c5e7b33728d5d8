namespace BulkMover.FileFormats.Variants;

/// <summary>Dates and times as JSON strings in the form of ISO 8601, in the proleptic Gregorian calendar.</summary>
internal static class JsonTimes
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const int SecondsPerDay = 86_400;

    /// <param name="text">Takes the string.</param>
    /// <param name="days">Since 1970-01-01.</param>
    public static void Date(JsonText text, long days)
    {
        text.Raw((byte)'"');
        WriteDate(text, days);
        text.Raw((byte)'"');
    }

    /// <exception cref="VariantException">It is not within one day.</exception>
    public static void Time(JsonText text, long microseconds)
    {
        if (microseconds is < 0 or >= MicrosecondsPerDay)
            throw new VariantException($"a time of day is {microseconds} microseconds");
        text.Raw((byte)'"');
        WriteTime(text, microseconds / 1_000_000, microseconds % 1_000_000, digits: 6);
        text.Raw((byte)'"');
    }

    /// <param name="text">Takes the string.</param>
    /// <param name="value">Since 1970-01-01T00:00:00.</param>
    /// <param name="digits">Of a second: 6 when the value counts microseconds, 9 for nanoseconds.</param>
    /// <param name="isInstant">It is an instant, not a local time.</param>
    public static void Timestamp(JsonText text, long value, int digits, bool isInstant)
    {
        long perSecond = digits == 6 ? 1_000_000 : 1_000_000_000;
        (long seconds, long fraction) = FloorDivide(value, perSecond);
        (long day, long secondOfDay) = FloorDivide(seconds, SecondsPerDay);
        text.Raw((byte)'"');
        WriteDate(text, day);
        text.Raw((byte)'T');
        WriteTime(text, secondOfDay, fraction, digits);
        text.Raw(isInstant ? "Z\""u8 : "\""u8);
    }

    private static (long Quotient, long Remainder) FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest);
    }

    private static void WriteDate(JsonText text, long days)
    {
        // Counted from 0000-03-01, so that a leap day ends a year; every 400 years are 146,097 days.
        (long era, long day) = FloorDivide(days + 719_468, 146_097);
        long yearOfEra = (day - (day / 1_460) + (day / 36_524) - (day / 146_096)) / 365;
        long dayOfYear = day - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long fromMarch = ((5 * dayOfYear) + 2) / 153;
        long month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        long year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);

        if (year is < 0 or > 9999)
            text.Raw(year < 0 ? (byte)'-' : (byte)'+');
        text.Padded(Math.Abs(year), year is < 0 or > 9999 ? 6 : 4);
        text.Raw((byte)'-');
        text.Padded(month, 2);
        text.Raw((byte)'-');
        text.Padded(dayOfYear - (((153 * fromMarch) + 2) / 5) + 1, 2);
    }

    private static void WriteTime(JsonText text, long secondOfDay, long fraction, int digits)
    {
        text.Padded(secondOfDay / 3_600, 2);
        text.Raw((byte)':');
        text.Padded(secondOfDay / 60 % 60, 2);
        text.Raw((byte)':');
        text.Padded(secondOfDay % 60, 2);
        text.Raw((byte)'.');
        text.Padded(fraction, digits);
    }
}
