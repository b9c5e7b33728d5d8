using System.Globalization;
using System.Numerics;

namespace BulkMover.Core.Filters;

/// <summary>A number as written: <see cref="Unscaled"/> × 10^-<see cref="Scale"/>, exactly.</summary>
/// <param name="Text">What was written.</param>
/// <param name="Unscaled">All digits.</param>
/// <param name="Scale">Digits after the point; negative for 1e3.</param>
internal sealed record DecimalLiteral(string Text, BigInteger Unscaled, int Scale)
{
    /// <summary>Wider than any column's range; beyond it a number is a typing error, and powers of ten would cost memory.</summary>
    private const int MaxDigits = 400;

    /// <summary>True for 16777217, false for 0.1 and 1e3.</summary>
    public bool IsWholeNumber => Text.All(c => char.IsAsciiDigit(c) || c is '-' or '+');

    public static DecimalLiteral? TryParse(string text)
    {
        int exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = exponentAt < 0 ? text : text.AsSpan(0, exponentAt);
        int exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return null;

        int point = mantissa.IndexOf('.');
        int fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        bool parsed = BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger unscaled);
        return parsed && digits.Length <= MaxDigits && exponent is >= -MaxDigits and <= MaxDigits
            ? new DecimalLiteral(text, unscaled, fraction - exponent)
            : null;
    }

    /// <summary>The greatest number with <paramref name="scale"/> digits after the point that is not above this one, unscaled.</summary>
    public BigInteger Floor(int scale, out bool isExact)
    {
        isExact = true;
        if (scale >= Scale)
            return Unscaled * BigInteger.Pow(10, scale - Scale);

        BigInteger quotient = BigInteger.DivRem(Unscaled, BigInteger.Pow(10, Scale - scale), out BigInteger remainder);
        isExact = remainder.IsZero;
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }
}
