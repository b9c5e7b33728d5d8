namespace BulkMover.Databases.ClickHouse.Native.Partitions;

/// <summary>What a partition key may do with a value. Calendar functions that cut at the same places are one.</summary>
internal enum PartitionFunction
{
    Identity,

    /// <summary><c>intDiv(x, n)</c>: towards zero.</summary>
    Quotient,

    /// <summary><c>x % n</c>.</summary>
    Remainder,
    Hour,
    Day,

    /// <summary>Weeks that start on Monday.</summary>
    MondayWeek,

    /// <summary>Weeks that start on Sunday.</summary>
    SundayWeek,
    Month,
    Quarter,
    Year,
}

internal static class PartitionFunctions
{
    private const int DaysFrom1970ToMonday = 3;
    private const int DaysFrom1970ToSunday = 4;

    /// <summary>A number that is the same for all values of one partition.</summary>
    public static long Of(this PartitionFunction function, long value, long unit) => function switch
    {
        PartitionFunction.Identity => value,
        // The one quotient that 64 bits do not hold.
        PartitionFunction.Quotient => unit == -1 ? unchecked(-value) : value / unit,
        PartitionFunction.Remainder => unit == -1 ? 0 : value % unit,
        PartitionFunction.Hour or PartitionFunction.Day => Floor(value, unit),
        PartitionFunction.MondayWeek => Floor(Floor(value, unit) + DaysFrom1970ToMonday, 7),
        PartitionFunction.SundayWeek => Floor(Floor(value, unit) + DaysFrom1970ToSunday, 7),
        PartitionFunction.Month => Month(Floor(value, unit)),
        PartitionFunction.Quarter => Floor(Month(Floor(value, unit)), 3),
        _ => Floor(Month(Floor(value, unit)), 12),
    };

    private static long Floor(long value, long unit)
    {
        long quotient = value / unit;
        return quotient * unit > value ? quotient - 1 : quotient;
    }

    /// <summary>Months since the start of year 0 of the proleptic Gregorian calendar, from days since 1970.</summary>
    private static long Month(long days)
    {
        // Years that start in March have their leap day at the end, and months of 153 days in five (H. Hinnant, "chrono-compatible
        // low-level date algorithms"); 719,468 days lie between 0000-03-01 and 1970-01-01.
        long fromMarch = days + 719_468;
        long era = Floor(fromMarch, 146_097);
        long dayOfEra = fromMarch - (era * 146_097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        return (((era * 400) + yearOfEra) * 12) + (((5 * dayOfYear) + 2) / 153) + 2;
    }
}
