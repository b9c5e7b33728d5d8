using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// A bound as JSON (PROTOCOL.md, "Per-file Statistics"): a value that reads back as the bound or as one further out, or nothing. By which values rows are left
/// out is for readers to say; so nothing is written where engines disagree.
/// </summary>
/// <param name="Text">The value.</param>
/// <param name="IsText">It is a JSON string; else it stands as it is.</param>
internal readonly record struct StatisticsBound(string Text, bool IsText)
{
    /// <summary>"String columns are cut off at a fixed prefix length": this many characters, as Delta Lake does.</summary>
    private const int MostCharacters = 32;

    private const string HighestCharacter = "\U0010FFFF";

    /// <summary>Null when there is none.</summary>
    public static StatisticsBound? Lower(Scalar? bound) => (bound?.Type, bound?.Value) switch
    {
        (StringType, byte[] text) => Prefix(text) is var (prefix, _) ? new(prefix, IsText: true) : null,
        // Of a float the double that equals it: the shorter text of the float would read as a greater number.
        (FloatType or DoubleType, double number) when double.IsFinite(number) => Plain(OfDouble(number)),
        (TimestampType type, long micros) => Time(Math.DivRem(micros, 1000) is var (quotient, rest) && rest < 0 ? quotient - 1 : quotient, type),
        var (type, value) => Exact(type, value),
    };

    /// <summary>Null when there is none.</summary>
    public static StatisticsBound? Upper(Scalar? bound) => (bound?.Type, bound?.Value) switch
    {
        (StringType, byte[] text) => RaisedPrefix(text),
        // For Delta's engines NaN is greater than all numbers, and the bounds of files leave it out: what they have is no bound.
        (FloatType or DoubleType, _) => null,
        (TimestampType type, long micros) => Time(Math.DivRem(micros, 1000) is var (quotient, rest) && rest > 0 ? quotient + 1 : quotient, type),
        var (type, value) => Exact(type, value),
    };

    public void Write(Utf8JsonWriter json, JsonEncodedText name)
    {
        if (IsText)
        {
            json.WriteString(name, Text);
            return;
        }

        json.WritePropertyName(name);
        json.WriteRawValue(Text);
    }

    private static StatisticsBound? Exact(IArrowType? type, object? value) => (type, value) switch
    {
        (Int8Type or Int16Type or Int32Type or Int64Type, long number) => Plain(number.ToString(CultureInfo.InvariantCulture)),
        (Decimal128Type { Scale: var scale }, BigInteger unscaled) => Plain(DecimalText.Of(unscaled, scale)),
        (Date32Type, long days) => Date(days),
        _ => null,
    };

    private static StatisticsBound Plain(string text) => new(text, IsText: false);

    private static string OfDouble(double number) =>
        // Without the fraction it would be the whole number 0, which has no sign.
        number == 0 && double.IsNegative(number) ? "-0.0" : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Engines read years from 1 to 9999 as text.</summary>
    private static StatisticsBound? Date(long days)
    {
        long number = days + new DateOnly(1970, 1, 1).DayNumber;
        return number < DateOnly.MinValue.DayNumber || number > DateOnly.MaxValue.DayNumber
            ? null
            : new(DateOnly.FromDayNumber((int)number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), IsText: true);
    }

    /// <summary>"Timestamp columns are truncated down to milliseconds"; a greatest value that was would be no bound, so it comes rounded up.</summary>
    private static StatisticsBound? Time(long milliseconds, TimestampType type)
    {
        if (Actions.Instants.FromMilliseconds(milliseconds) is not { } time)
            return null;
        string text = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
        return new(string.IsNullOrEmpty(type.Timezone) ? text : text + "Z", IsText: true);
    }

    private static StatisticsBound? RaisedPrefix(byte[] text)
    {
        if (Prefix(text) is not var (prefix, behind))
            return null;
        if (behind.IsEmpty)
            return new(prefix, IsText: true);
        // A text that goes on with the highest character itself would be above the raised prefix.
        return behind.Span.StartsWith(Encoding.UTF8.GetBytes(HighestCharacter)) ? null : new(prefix + HighestCharacter, IsText: true);
    }

    /// <summary>The first characters and the bytes of the rest; null when the bytes are no text, as after a cut within a character.</summary>
    private static (string Prefix, ReadOnlyMemory<byte> Behind)? Prefix(byte[] text)
    {
        int end = 0;
        for (int characters = 0; end < text.Length && characters < MostCharacters; characters++)
        {
            if (Rune.DecodeFromUtf8(text.AsSpan(end), out _, out int bytes) != OperationStatus.Done)
                return null;
            end += bytes;
        }

        return (Encoding.UTF8.GetString(text.AsSpan(0, end)), text.AsMemory(end));
    }
}
