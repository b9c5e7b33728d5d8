using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BulkMover.Testing.Canon;

/// <summary>
/// JSON values in one spelling, so that texts that mean the same are equal: no blanks, names sorted, numbers without needless digits.
/// </summary>
public static class CanonJson
{
    /// <summary>Variants are nested as deep as that.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1_100 };

    public static string Print(ReadOnlySpan<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8.ToArray(), Options);
        return Print(document.RootElement);
    }

    public static string Print(JsonElement value)
    {
        var line = new StringBuilder();
        Write(value, line);
        return line.ToString();
    }

    /// <summary>The digits without zeros at either end, and the power of ten of the last one.</summary>
    public static string Number(string text)
    {
        int exponentAt = text.IndexOfAny(['e', 'E']);
        int exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = (exponentAt < 0 ? text : text[..exponentAt]).TrimStart('+', '-');
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        string significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        string sign = text.StartsWith('-') ? "-" : "";
        return significant.Length == 0 ? $"{sign}0" : exponent == 0 ? sign + significant : $"{sign}{significant}e{exponent}";
    }

    /// <summary>A JSON string with the escapes of canon-1.</summary>
    public static void WriteString(string text, StringBuilder line)
    {
        line.Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => line.Append("\\\""),
                '\\' => line.Append("\\\\"),
                '\b' => line.Append("\\b"),
                '\f' => line.Append("\\f"),
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                < ' ' => line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }

        line.Append('"');
    }

    private static void Write(JsonElement value, StringBuilder line)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                line.Append('{');
                foreach (JsonProperty property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    Separate(line, '{');
                    WriteString(property.Name, line);
                    line.Append(':');
                    Write(property.Value, line);
                }

                line.Append('}');
                break;
            case JsonValueKind.Array:
                line.Append('[');
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Separate(line, '[');
                    Write(element, line);
                }

                line.Append(']');
                break;
            case JsonValueKind.String:
                WriteString(value.GetString()!, line);
                break;
            case JsonValueKind.Number:
                line.Append(Number(value.GetRawText()));
                break;
            default:
                line.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>A comma unless it is the first: nothing but a bracket ends so.</summary>
    private static void Separate(StringBuilder line, char opening)
    {
        if (line[^1] != opening)
            line.Append(',');
    }
}
