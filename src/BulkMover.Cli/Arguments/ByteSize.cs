using System.Globalization;
using BulkMover.Core.Errors;

namespace BulkMover.Cli.Arguments;

/// <summary>Sizes as people write and read them.</summary>
public static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1),
    ];

    /// <summary>Reads <c>1GiB</c>, <c>512 MiB</c>, <c>2GB</c> or a number of bytes.</summary>
    /// <exception cref="InvalidInputException">It is no size.</exception>
    public static long Parse(string option, string text)
    {
        string number = text.Trim();
        long unitBytes = 1;
        foreach ((string unit, long bytes) in Units)
        {
            if (!number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            number = number[..^unit.Length].TrimEnd();
            unitBytes = bytes;
            break;
        }

        if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value > 0 && value <= long.MaxValue / unitBytes)
        {
            return (long)(value * unitBytes);
        }

        throw new InvalidInputException("option.size_invalid", $"{option} '{text}' is no size. Write for example 512MiB or 2GiB.");
    }

    /// <summary>Three significant digits in decimal units: <c>13.5 MB</c>.</summary>
    public static string Format(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB"];
        int unit = 0;
        while (Math.Abs(bytes) >= 999.5 && unit < units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        string digits = unit == 0 || bytes >= 99.95 ? "F0" : bytes >= 9.995 ? "F1" : "F2";
        return $"{bytes.ToString(digits, CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
