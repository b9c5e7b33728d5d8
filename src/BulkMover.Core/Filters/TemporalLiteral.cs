using System.Globalization;
using System.Text.RegularExpressions;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>Reads dates, times of day and timestamps of a <c>--where</c> exactly to the nanosecond.</summary>
internal static partial class TemporalLiteral
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerDay = 86_400 * NanosecondsPerSecond;

    public static bool IsTemporal(IArrowType type) => type is Date32Type or Date64Type or TimeType or TimestampType;

    /// <summary>Null when the text is no date, time or timestamp that this type can be compared with.</summary>
    public static FloorLiteral? TryFloor(IArrowType type, FilterLiteral literal)
    {
        Match match = Pattern().Match(literal.Text);
        bool hasDate = match.Groups["date"].Success, hasTime = match.Groups["time"].Success, hasZone = match.Groups["zone"].Success;
        bool formFits = type is TimeType ? !hasDate && hasTime && !hasZone : hasDate;
        bool kindFits = literal.Kind switch
        {
            FilterLiteralKind.Date => !hasTime,
            FilterLiteralKind.Time => !hasDate,
            FilterLiteralKind.Timestamp => hasDate,
            _ => true,
        };
        // An offset needs a column of instants to be measured against.
        bool zoneFits = !hasZone || type is TimestampType { Timezone: { Length: > 0 } };
        if (!match.Success || !formFits || !kindFits || !zoneFits || !TryNanoseconds(match, hasDate, hasTime, out Int128 nanoseconds))
            return null;
        return Floor(type, nanoseconds);
    }

    private static FloorLiteral Floor(IArrowType type, Int128 nanoseconds)
    {
        (Int128 unit, long min, long max) = type switch
        {
            Date32Type => (NanosecondsPerDay, int.MinValue, int.MaxValue),
            Date64Type => (1_000_000, long.MinValue, long.MaxValue),
            Time32Type t => (UnitNanoseconds(t.Unit), int.MinValue, int.MaxValue),
            TimeBasedType t => (UnitNanoseconds(t.Unit), long.MinValue, long.MaxValue),
            _ => throw new InvalidOperationException($"{type.Name} is no date or time."),
        };
        (Int128 floor, Int128 remainder) = Int128.DivRem(nanoseconds, unit);
        if (remainder < 0)
            floor--;
        if (floor < min)
            return new FloorLiteral(null, IsExact: false);
        return floor > max
            ? new FloorLiteral(new Scalar(type, max), IsExact: false)
            : new FloorLiteral(new Scalar(type, (long)floor), remainder == 0);
    }

    private static long UnitNanoseconds(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => NanosecondsPerSecond,
        TimeUnit.Millisecond => 1_000_000,
        TimeUnit.Microsecond => 1_000,
        _ => 1,
    };

    /// <summary>Nanoseconds since 1970-01-01 UTC, or since midnight when there is no date.</summary>
    private static bool TryNanoseconds(Match match, bool hasDate, bool hasTime, out Int128 nanoseconds)
    {
        nanoseconds = 0;
        if (hasDate)
        {
            if (!DateOnly.TryParseExact(match.Groups["date"].ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
                return false;
            nanoseconds = (Int128)(date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * NanosecondsPerDay;
        }

        if (!hasTime)
            return true;
        int hour = Number(match, "hour"), minute = Number(match, "minute"), second = Number(match, "second");
        int zoneHour = Number(match, "zonehour"), zoneMinute = Number(match, "zoneminute");
        if (hour > 23 || minute > 59 || second > 59 || zoneHour > 18 || zoneMinute > 59)
            return false;

        long offsetSeconds = (zoneHour * 3600 + zoneMinute * 60) * (match.Groups["sign"].ValueSpan is "-" ? -1 : 1);
        nanoseconds += (hour * 3600 + minute * 60 + second - offsetSeconds) * NanosecondsPerSecond
            + int.Parse(match.Groups["fraction"].Value.PadRight(9, '0'), CultureInfo.InvariantCulture);
        return true;
    }

    private static int Number(Match match, string group) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("""
        ^(?<date>\d{4}-\d{2}-\d{2})?
        ((^|[T\ ])(?<time>(?<hour>\d{2}):(?<minute>\d{2})(:(?<second>\d{2})(\.(?<fraction>\d{1,9}))?)?)
            \ ?(?<zone>[zZ]|UTC|(?<sign>[+-])(?<zonehour>\d{2}):?(?<zoneminute>\d{2})?)?)?$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
