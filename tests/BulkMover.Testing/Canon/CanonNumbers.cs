using System.Globalization;
using System.Numerics;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace BulkMover.Testing.Canon;

/// <summary>Numbers as canon-1 prints them.</summary>
internal static class CanonNumbers
{
    /// <summary>The shortest digits that read back as the same double; an exponent below 1e-6 and from 1e21 on, as ECMAScript has it.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";

        (string digits, int exponent) = Shortest(Math.Abs(value));
        string sign = value < 0 ? "-" : "";
        if (exponent is < -6 or >= 21)
        {
            string fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}";
        }

        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>Digits without leading and trailing zeros, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Shortest(double value)
    {
        // .NET's default form is the shortest, with or without an exponent.
        string text = value.ToString(CultureInfo.InvariantCulture);
        int exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int exponent = exponentAt < 0 ? 0 : int.Parse(text[(exponentAt + 1)..], CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        string significant = digits.TrimStart('0');
        exponent += (point < 0 ? mantissa.Length : point) - 1 - (digits.Length - significant.Length);
        return (significant.TrimEnd('0'), exponent);
    }

    public static string Decimal(FixedSizeBinaryArray array, int row)
    {
        int scale = array.Data.DataType switch
        {
            Decimal32Type t => t.Scale,
            Decimal64Type t => t.Scale,
            Decimal128Type t => t.Scale,
            Decimal256Type t => t.Scale,
            _ => throw new NotSupportedException(),
        };
        var unscaled = new BigInteger(array.GetBytes(row));
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string sign = unscaled.Sign < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }
}
