using System.Globalization;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>Values as the ledger keeps them: a letter for the kind of <see cref="Scalar.Value"/>, then the value, exact.</summary>
internal static class ScalarText
{
    public static string? Write(Scalar? scalar) => scalar?.Value switch
    {
        null => null,
        bool value => value ? "t1" : "t0",
        long value => string.Create(CultureInfo.InvariantCulture, $"i{value}"),
        ulong value => string.Create(CultureInfo.InvariantCulture, $"u{value}"),
        double value => string.Create(CultureInfo.InvariantCulture, $"d{BitConverter.DoubleToInt64Bits(value):x}"),
        BigInteger value => string.Create(CultureInfo.InvariantCulture, $"n{value}"),
        byte[] value => $"b{Convert.ToBase64String(value)}",
        var other => throw new InvalidOperationException($"{other.GetType().Name} is no value of a scalar."),
    };

    /// <param name="text">As written.</param>
    /// <param name="type">Of the value.</param>
    public static Scalar Read(string? text, IArrowType type) => new(type, text is null ? null : Value(text[0], text.AsSpan(1)));

    private static object Value(char kind, ReadOnlySpan<char> text) => kind switch
    {
        't' => text is "1",
        'i' => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        'u' => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture),
        'd' => BitConverter.Int64BitsToDouble(long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
        'n' => BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        'b' => Convert.FromBase64String(text.ToString()),
        _ => throw new FormatException($"'{kind}' is no kind of value."),
    };
}
