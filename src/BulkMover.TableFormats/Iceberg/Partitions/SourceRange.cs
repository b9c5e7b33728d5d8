using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>
/// Between which values a column lies when its partition value is known: the inverse of a transform. Comparing a filter with this range is
/// the inclusive projection of the specification ("Scan Planning"), for every operator at once.
/// </summary>
/// <param name="Min">No value is below; null when that is not known.</param>
/// <param name="Max">No value is above; null when that is not known.</param>
internal readonly record struct SourceRange(Scalar? Min, Scalar? Max)
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    /// <param name="transform">What made the partition value.</param>
    /// <param name="column">The column's type.</param>
    /// <param name="low">The smallest partition value, not null itself; null when unknown.</param>
    /// <param name="high">The largest one, likewise.</param>
    public static SourceRange Of(Transform transform, IArrowType column, Scalar? low, Scalar? high) => transform.Kind switch
    {
        TransformKind.Identity => new SourceRange(low, high),
        TransformKind.Truncate => new SourceRange(low, high is null ? null : TruncateEnd(transform.Parameter, high)),
        TransformKind.Year or TransformKind.Month or TransformKind.Day or TransformKind.Hour =>
            new SourceRange(Start(transform.Kind, column, Number(low)), End(transform.Kind, column, Number(high))),
        _ => default,
    };

    /// <summary>The largest value that truncates to this one.</summary>
    private static Scalar? TruncateEnd(int width, Scalar value) => value.Value switch
    {
        long number when number <= long.MaxValue - (width - 1) => value with { Value = number + (width - 1) },
        BigInteger unscaled => value with { Value = unscaled + (width - 1) },
        // What is shorter than the width was not truncated.
        byte[] text when LengthOf(value.Type, text) < width => value,
        byte[] text => EndOfPrefix(text) is { } end ? value with { Value = end } : null,
        _ => null,
    };

    /// <summary>Strings are truncated to code points, other bytes to bytes ("Truncate Transform Details").</summary>
    private static int LengthOf(IArrowType type, byte[] text) =>
        type is StringType ? text.Count(part => (part & 0xC0) != 0x80) : text.Length;

    /// <summary>The smallest bytes above all that start with the prefix; null when there are none.</summary>
    private static byte[]? EndOfPrefix(byte[] prefix)
    {
        int last = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
            return null;
        byte[] end = prefix[..(last + 1)];
        end[last]++;
        return end;
    }

    /// <summary>
    /// The first instant of a year, month, day or hour. Values up to 0 begin one earlier: old versions of the reference implementation
    /// rounded instants before 1970 towards it, and its own projection allows for that.
    /// </summary>
    private static Scalar? Start(TransformKind kind, IArrowType column, long? count) =>
        count is { } value ? Instant(kind, column, value <= 0 ? value - 1 : value, 0) : null;

    /// <summary>The last instant of a year, month, day or hour.</summary>
    private static Scalar? End(TransformKind kind, IArrowType column, long? count) =>
        count is { } value ? Instant(kind, column, value + 1, -1) : null;

    private static Scalar? Instant(TransformKind kind, IArrowType column, long count, int offset)
    {
        Int128? hours = kind switch
        {
            TransformKind.Year => DaysToMonth(count * 12) * 24,
            TransformKind.Month => DaysToMonth(count) * 24,
            TransformKind.Day => (Int128)count * 24,
            _ => count,
        };
        Int128? instant = column switch
        {
            Date32Type => hours / 24,
            TimestampType { Unit: TimeUnit.Microsecond } => hours * MicrosecondsPerHour,
            TimestampType { Unit: TimeUnit.Nanosecond } => hours * MicrosecondsPerHour * 1000,
            _ => null,
        };
        return instant + offset is { } result && result >= long.MinValue && result <= long.MaxValue ? new Scalar(column, (long)result) : null;
    }

    /// <summary>Days from 1970-01-01 to the first of a month given in months since then; null outside the years 1 to 9999.</summary>
    private static Int128? DaysToMonth(long months)
    {
        long year = 1970 + (long)Math.Floor(months / 12.0);
        return year is >= 1 and <= 9999
            ? new DateOnly((int)year, (int)(months - (year - 1970) * 12) + 1, 1).DayNumber - new DateOnly(1970, 1, 1).DayNumber
            : null;
    }

    private static long? Number(Scalar? value) => value?.Value as long?;
}
