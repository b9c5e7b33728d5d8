using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Delta.Statistics;

/// <summary>
/// Makes true bounds of written minima and maxima: "String columns are cut off at a fixed prefix length. Timestamp columns are truncated
/// down to milliseconds." (PROTOCOL.md, "Per-file Statistics"). A file may be older than the type of its column ("Type Widening"): the text
/// of its bounds then is that of the narrower type, which is the same value for all types but float.
/// </summary>
internal static class StatisticsBounds
{
    // Some writers pass decimals through a double, which keeps 15 digits and rounds the rest to either side.
    private const int DoubleDigits = 15;

    public static Scalar? Lower(Scalar? min) => !IsUsable(min) ? null : min switch
    {
        { Type: DoubleType, Value: double number } => min with { Value = Math.Min(number, MathF.BitDecrement((float)number)) },
        _ => min,
    };

    public static Scalar? Upper(Scalar? max) => !IsUsable(max) ? null : max switch
    {
        // No UTF-8 text has the byte FF, so this is above every value that starts with the prefix.
        { Type: StringType, Value: byte[] prefix } => max with { Value = (byte[])[.. prefix, 0xFF] },
        // The float that is written 0.1 is a little more than the double 0.1; no float lies further from its text than the next one does.
        { Type: DoubleType, Value: double number } => max with { Value = Math.Max(number, MathF.BitIncrement((float)number)) },
        { Type: TimestampType, Value: long micros } => micros <= long.MaxValue - 999 ? max with { Value = micros + 999 } : null,
        _ => max,
    };

    private static bool IsUsable(Scalar? bound) => bound switch
    {
        null or { Value: null } or { Type: BinaryType } => false,
        { Value: double number } => !double.IsNaN(number),
        { Type: Decimal128Type type } => type.Precision <= DoubleDigits,
        _ => true,
    };
}
