using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Types;

/// <summary>Which types the server turns into which others without losing anything.</summary>
internal static class LosslessConversion
{
    private static readonly ValueRange Dates = new(0, ushort.MaxValue, "1970-01-01 to 2149-06-06");
    private static readonly ValueRange Seconds = new(0, uint.MaxValue, "1970-01-01 00:00:00 to 2106-02-07 06:28:15");

    /// <summary>Why values are lost; null when none are, with <paramref name="range"/> narrowed to those that the column holds.</summary>
    /// <param name="type">The source.</param>
    /// <param name="sent">Its ClickHouse type, without wrappers.</param>
    /// <param name="column">The column's type, without wrappers.</param>
    /// <param name="range">Values that fit, in the source's unit.</param>
    public static string? Problem(MappedType type, ClickHouseType sent, ClickHouseType column, ref ValueRange? range)
    {
        switch (sent.Name, column.Name)
        {
            case ("DateTime64", "DateTime64"):
                return FinerTimestamps(sent.Number(0) ?? 0, column.Number(0) ?? 0, ref range);
            case ("DateTime64", "DateTime"):
                range = Within(range, Seconds);
                return sent.Number(0) == 0 ? null : "it has no part of a second";
            case ("Date32", "Date") when type.Row.Form == ValueForm.MillisecondsToDays:
                const long day = 86_400_000;
                range = Within(range, new ValueRange(0, Dates.Max * day, Dates.Text));
                return null;
            case ("Date32", "Date"):
                range = Within(range, Dates);
                return null;
            case ("Decimal", "Decimal"):
                return WiderDecimals(sent, column);
            case ("Float32", "Float64"):
            case ("Bool", "UInt8"):
                return null;
            case ("String", "JSON"):
                return "it takes objects only, drops their nulls and splits their names at points";
            case ("FixedString" or "Time64", _):
                return sent.Name == column.Name && sent.Number(0) == column.Number(0) ? null : "only the same length or precision is taken";
            default:
                return sent.Name == column.Name || IsWiderInteger(sent.Name, column.Name) ? null : "it does not hold all of these values";
        }
    }

    private static string? FinerTimestamps(int sentDigits, int columnDigits, ref ValueRange? range)
    {
        if (columnDigits < sentDigits)
            return "it has fewer digits of a second";
        long factor = (long)Math.Pow(10, columnDigits - sentDigits);
        if (factor > 1)
        {
            range = Within(range, new ValueRange(long.MinValue / factor, long.MaxValue / factor, columnDigits switch
            {
                9 => "1677-09-21 00:12:44 to 2262-04-11 23:47:16",
                _ => "what 64 bits hold of so many digits of a second",
            }));
        }

        return null;
    }

    private static string? WiderDecimals(ClickHouseType sent, ClickHouseType column)
    {
        int scale = column.Number(1) - sent.Number(1) ?? -1;
        int wholeDigits = (column.Number(0) - column.Number(1)) - (sent.Number(0) - sent.Number(1)) ?? -1;
        return scale >= 0 && wholeDigits >= 0 ? null : "it has fewer digits before or behind the point";
    }

    private static bool IsWiderInteger(string sent, string column) =>
        TryReadInteger(sent, out bool sentSigned, out int sentBits) && TryReadInteger(column, out bool columnSigned, out int columnBits)
        && columnBits > sentBits && (columnSigned || !sentSigned);

    private static bool TryReadInteger(string name, out bool signed, out int bits)
    {
        signed = name.StartsWith("Int", StringComparison.Ordinal);
        bits = 0;
        return (signed || name.StartsWith("UInt", StringComparison.Ordinal))
            && int.TryParse(name.AsSpan(signed ? 3 : 4), System.Globalization.NumberStyles.None, null, out bits);
    }

    /// <summary>What lies in both; the narrower one's text tells it well enough.</summary>
    private static ValueRange Within(ValueRange? range, ValueRange other)
    {
        if (range is null || (other.Min >= range.Min && other.Max <= range.Max))
            return other;
        return range.Min >= other.Min && range.Max <= other.Max
            ? range
            : new ValueRange(Math.Max(range.Min, other.Min), Math.Min(range.Max, other.Max), $"{range.Text} and {other.Text}");
    }
}
