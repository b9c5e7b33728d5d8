using System.Globalization;
using System.Numerics;

namespace BulkMover.TableFormats.Partitions;

/// <summary>Decimals as text, with or without exponent: <c>-12.50</c>, <c>0E-18</c>.</summary>
internal static class DecimalText
{
    // No decimal type has more digits; beyond it a few bytes of text would ask for gigabytes of zeros.
    private const int MaxDigits = 76;

    /// <summary>The number in units of 10^-scale; null when the text is no number or does not fit the precision and scale exactly.</summary>
    public static object? Unscaled(string text, int precision, int scale)
    {
        ReadOnlySpan<char> mantissa = text;
        int exponent = 0;
        int e = text.AsSpan().IndexOfAny('e', 'E');
        if (e >= 0)
        {
            if (!int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
                return null;
            mantissa = mantissa[..e];
        }

        int point = mantissa.IndexOf('.');
        int fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        if (digits.Length > 4 * MaxDigits || point >= 0 && mantissa.Length == 1
            || !BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number))
        {
            return null;
        }

        return Rescale(number, (long)scale + exponent - fraction) is { } unscaled && BigInteger.Abs(unscaled) < BigInteger.Pow(10, precision)
            ? unscaled
            : null;
    }

    /// <summary>All digits of the scale, never an exponent: <c>-12.50</c>.</summary>
    public static string Of(BigInteger unscaled, int scale)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static BigInteger? Rescale(BigInteger number, long shift)
    {
        if (number.IsZero)
            return number;
        if (Math.Abs(shift) > 4 * MaxDigits)
            return null;
        BigInteger factor = BigInteger.Pow(10, (int)Math.Abs(shift));
        if (shift >= 0)
            return number * factor;
        BigInteger quotient = BigInteger.DivRem(number, factor, out BigInteger remainder);
        return remainder.IsZero ? quotient : null;
    }
}
