using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Delta.Statistics;

/// <summary>
/// Makes true bounds of written minima and maxima: "String columns are cut off at a fixed prefix length. Timestamp columns are truncated
/// down to milliseconds." (PROTOCOL.md, "Per-file Statistics").
/// </summary>
internal static class StatisticsBounds
{
    // Some writers pass decimals through a double, which keeps 15 digits and rounds the rest to either side.
    private const int DoubleDigits = 15;

    public static Scalar? Lower(Scalar? min) => IsUsable(min) ? min : null;

    public static Scalar? Upper(Scalar? max) => !IsUsable(max) ? null : max switch
    {
        // No UTF-8 text has the byte FF, so this is above every value that starts with the prefix.
        { Type: StringType, Value: byte[] prefix } => max with { Value = (byte[])[.. prefix, 0xFF] },
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
